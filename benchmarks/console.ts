import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findChromium } from '@nestjs-spark/servers/internal';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readArguments } from '../tools/arguments.ts';
import { buildPage } from '../tools/page/build-page.ts';
import { killNow, startConsoleWorld, type ConsoleWorld } from './peers/console-world.ts';
import { OWN_BUILD } from './support/app.ts';
import { cpuSeconds } from './support/cpu.ts';
import { describeLoad, describeMachine, median } from './support/machine.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- console: what the console weighs, how soon it shows something, and what it costs.
  --modules N     one owner, and the others copy from it (10)
  --loads N       of the first page, each with an empty cache (20)
  --writes N      (20)
  --seconds N     for which the console's processor time is measured (60)
  --save          writes the table into benchmarks/results`,
  options: {
    modules: { type: 'string', default: '10' },
    loads: { type: 'string', default: '20' },
    writes: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    save: { type: 'boolean', default: false },
  },
});
const modules = Number(values.modules);
const seconds = Number(values.seconds);

const sizes = await weigh();
const world = await startConsoleWorld(modules);
const base = `${world.console.url}/spark/console`;
let browser: Browser | null = null;
try {
  browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
  const page = await signedIn(browser, world);
  const paints = await firstPaints(browser, await page.context().storageState());
  await follow(page);
  const writes = await writesToBrowser(page, world);
  const cost = await costOf(world);
  const killed = await killedToNote(page, world);
  report({ paints, writes, killed, cost });
} finally {
  await browser?.close();
  await world.stop();
}

async function weigh(): Promise<{ first: number; all: number }> {
  const target = join(tmpdir(), `spark-bench-page-${process.pid}`);
  const size = await buildPage(join(OWN_BUILD, 'libs', 'systems', 'console'), target);
  await rm(target, { recursive: true, force: true });
  if (size === null) throw new Error('The console has no page');
  return size;
}

async function signedIn(own: Browser, { operatorToken }: ConsoleWorld): Promise<Page> {
  const page = await (await own.newContext({ viewport: { width: 1360, height: 900 } })).newPage();
  await page.goto(`${base}#token=${operatorToken}`);
  await page
    .locator('h1', { hasText: `${modules - 1} of ${modules - 1} copies are live` })
    .waitFor({ timeout: 120_000 });
  return page;
}

type Kept = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;

/** A page load by a signed-in user whose browser has cached nothing. */
async function firstPaints(own: Browser, storageState: Kept): Promise<number[]> {
  const times: number[] = [];
  for (let load = 0; load < Number(values.loads); load++) {
    const context = await own.newContext({ storageState, viewport: { width: 1360, height: 900 } });
    const page = await context.newPage();
    await page.goto(base);
    await page.locator('h1', { hasText: 'copies are live' }).waitFor();
    const paint = `performance.getEntriesByName('first-contentful-paint')[0].startTime`;
    times.push((await page.evaluate(paint)) as number);
    await context.close();
  }
  return times;
}

/** Notes each event of the stream in the page with its time. */
async function follow(page: Page): Promise<void> {
  await page.evaluate(`
    window.heard = [];
    new EventSource('api/events?view=overview').addEventListener('delta', (event) =>
      window.heard.push({ at: Date.now(), copies: JSON.parse(event.data).copies }));
  `);
}

/** From the write at the owner to the event that tells the browser that a copy has it. */
async function writesToBrowser(page: Page, { write }: ConsoleWorld): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < Number(values.writes); at++) {
    await page.evaluate('window.heard.length = 0');
    const began = Date.now();
    await write(1 + (at % 100));
    const first = `window.heard.find(({ copies }) => copies.some((one) => one.in && one.in.applied !== undefined))?.at ?? null`;
    let heard: number | null = null;
    while (heard === null && Date.now() - began < 20_000) {
      await delay(20);
      heard = (await page.evaluate(first)) as number | null;
    }
    times.push((heard ?? Infinity) - began);
    // Not in step with the console, which asks each second.
    await delay(1_000 + Math.random() * 1_000);
  }
  return times;
}

interface Cost {
  share: number;
  mib: number;
  ownMiB: number;
}

/** With the page open and 20 changes a second. */
async function costOf({ console: own, write }: ConsoleWorld): Promise<Cost> {
  const before = cpuSeconds(own.pid);
  const began = performance.now();
  let [mib, ownMiB] = [0, 0];
  for (let car = 0; performance.now() - began < seconds * 1_000; car++) {
    await write(1 + (car % 100));
    if (car % 20 === 0) [mib, ownMiB] = [Math.max(mib, own.residentMiB()), Math.max(ownMiB, own.ownMiB())];
    await delay(50);
  }
  return { share: (cpuSeconds(own.pid) - before) / ((performance.now() - began) / 1_000), mib, ownMiB };
}

/** From SIGKILL to the note on the page. */
async function killedToNote(page: Page, { requesters }: ConsoleWorld): Promise<number[]> {
  const times: number[] = [];
  for (const [at, { pid }] of requesters.slice(0, 3).entries()) {
    const began = Date.now();
    killNow(pid);
    await page
      .getByText(`${at + 1} not known`)
      .first()
      .waitFor({ timeout: 60_000 });
    times.push(Date.now() - began);
    await delay(2_000);
  }
  return times;
}

function report({
  paints,
  writes,
  killed,
  cost,
}: {
  paints: number[];
  writes: number[];
  killed: number[];
  cost: Cost;
}): void {
  const range = (all: number[]): string =>
    `${(median(all) / 1_000).toFixed(2)} s (${(Math.min(...all) / 1_000).toFixed(2)} to ${(Math.max(...all) / 1_000).toFixed(2)}, ${all.length} times)`;
  const kilo = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;
  const text = [
    '# The console',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, load average ${describeLoad()} at the end, with all modules, the browser and the writer running. ${modules} modules on SQLite, ${modules - 1} copies; medians.`,
    '',
    '|                                                                    | measured | bar |',
    '| ------------------------------------------------------------------ | -------- | --- |',
    `| JavaScript of the first page, brotli | ${kilo(sizes.first)} | 40 KB |`,
    `| all JavaScript, brotli | ${kilo(sizes.all)} | 180 KB |`,
    `| first contentful paint, signed in, empty cache | ${range(paints)} | 0.5 s |`,
    `| from a write at the owner to the event in the browser | ${range(writes)} | 2 s |`,
    `| from the end of a module to the note on the page | ${range(killed)} | 5 s |`,
    `| the console's resident memory, highest, page open, 20 changes a second | ${cost.mib} MiB | 100 MB |`,
    `| of that, excluding the Node binary that all processes share | ${cost.ownMiB} MiB | |`,
    `| the console's processor time in ${seconds} s | ${(cost.share * 100).toFixed(1)} % of a core | 3 % |`,
  ].join('\n');
  console.log(text);
  if (values.save) saveResult('console.md', text);
}
