import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Member } from '../support/member.ts';
import { type Outsider, registerOutsider } from '../support/outsider.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const STATUS = '/spark/replication';

describeOn([SQLITE], 'A token that somebody has seen on its way', (pair) => {
  let world: World;
  let fleets: [Member, Member];
  let outsider: Outsider;

  beforeAll(async () => {
    world = await World.create('single-use', pair);
    fleets = [await world.fleet(), await world.fleet()];
    outsider = await registerOutsider(world, 'Outsider', 'http://127.0.0.1:9');
    for (const fleet of fleets) await fleet.startReady();
  });
  afterAll(() => world?.end());

  const token = (): Promise<string> => outsider.token({ audience: 'Fleet', method: 'GET', path: STATUS });
  const show = async (fleet: Member, shown: string): Promise<number> =>
    (await fleet.ask(STATUS, { headers: { authorization: `Bearer ${shown}` } })).status;

  it('shows nothing at another instance', async () => {
    const shown = await token();
    expect(await show(fleets[0], shown)).toBe(200);
    expect(await show(fleets[1], shown)).toBe(401);
    expect(await show(fleets[1], await token())).toBe(200);
  });

  it('shows nothing after a restart, even when the process was killed', async () => {
    const shown = await token();
    expect(await show(fleets[0], shown)).toBe(200);
    await fleets[0].process.kill9();
    await fleets[0].startReady();
    expect(await show(fleets[0], shown)).toBe(401);
  });

  it('is not accepted while NATS, which remembers it, is away; operators still are', async () => {
    await world.nats.stop();
    await fleets[0].until('without NATS', async () => (await show(fleets[0], await token())) === 503);
    expect((await fleets[0].operate(STATUS)).status).toBe(200);
  });
});
