import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithBrowser } from '@nestjs-spark/servers/testing';
import { ConsoleCrowd } from '../support/console-crowd.ts';
import { Desk, type Box } from '../support/desk.ts';
import { SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const PARTS = '.map-frame :is(.node, .tile, .hint, summary)';

/** Cards, tiles and texts of the map that lie on another, or outside of it. */
async function covered(desk: Desk): Promise<string[]> {
  const [edge, ...parts] = await desk.boxes('.map-frame', PARTS);
  if (!edge) return ['there is no map'];
  return parts.flatMap((one, at) => [
    ...(meet(one, edge) > one.width * one.height - 1 ? [] : [`${one.text} is outside`]),
    ...parts
      .slice(at + 1)
      .flatMap((other) => (meet(one, other) > 0 ? [`${one.text} and ${other.text}`] : [])),
  ]);
}

/** How much two have in common. */
function meet(a: Box, b: Box): number {
  const along = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, along) * Math.max(0, down);
}

await describeWithBrowser(['nats'], 'The console with 200 modules, in Chromium', (chromium) => {
  let world: World;
  let crowd: ConsoleCrowd;
  let desk: Desk;

  beforeAll(async () => {
    world = await World.create('crowd', SQLITE);
    crowd = await ConsoleCrowd.start(200);
    await crowd.register(world.natsUrl);
    const console = await world.console({});
    console.start();
    await console.live();
    desk = await Desk.open(chromium, `${console.url}/spark/console`);
    await desk.signIn();
    await desk.heading(/copies are live/);
  });
  afterAll(async () => {
    await desk?.close();
    crowd?.stop();
    await world?.end();
  });

  it.each([
    ['documents that are set aside', '/set-aside', 'Set aside', '[data-row]', 'cars/100'],
    ['entries of the audit trail', '/audit', 'Audit', 'tbody tr', '/spark/etl/deploy/100'],
  ])('lists older %s below the newest 100, and continues with the first of them', async (...row) => {
    const [, path, heading, rows, first] = row;
    desk.complaints.length = 0;
    await desk.look(1360, 'light');
    await desk.go(path);
    await desk.heading(heading);
    const shown = desk.page.locator(rows);
    await desk.until(async () => (await shown.count()) === 100);
    const older = desk.page.getByRole('button', { name: 'Older' });
    await older.click();
    await desk.until(async () => (await shown.count()) === 130);
    await desk.page.locator(`${rows}:focus`, { hasText: first }).waitFor();
    expect(await older.count()).toBe(0);
    await desk.look(360, 'dark');
    expect([await desk.isTooWide(), await desk.cut(), await desk.faults()]).toEqual([false, [], []]);
    expect(desk.complaints).toEqual([]);
  });

  const LOOKS = [
    [1360, 'light'],
    [1360, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const;
  describe.each(LOOKS)('at a width of %i, %s', (width, theme) => {
    it.each([
      ['overview', '/'],
      ['module', '/?module=M1'],
    ])('shows the %s, and nothing covers anything else', async (name, path) => {
      desk.complaints.length = 0;
      await desk.look(width, theme);
      await desk.go(path);
      await desk.heading(/copies are live/, 60_000);
      await desk.sees(/filter for others/);
      expect(await desk.faults()).toEqual([]);
      expect([await desk.isTooWide(), desk.complaints]).toEqual([false, []]);
      expect(await covered(desk)).toEqual([]);
      await desk.shoot(`crowd-${name}-${theme}-${width}`);
    });
  });
});
