import { Worker } from 'node:worker_threads';
import { ScriptPool, type DocumentLoader, type ScriptInput } from '@nestjs-spark/etl-script';
import { readArguments } from '../tools/arguments.ts';
import { describeMachine } from './support/machine.ts';
import { carDocuments } from './support/cars.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- script: how fast scripts run.
  --rounds N      (5)
  --batches N     (60)
  --save          writes the table into benchmarks/results`,
  options: {
    rounds: { type: 'string', default: '5' },
    batches: { type: 'string', default: '60' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const batches = Number(values.batches);
const BATCH = 1_024;
/** The faster a script, the larger the main thread's share, so figures are only comparable at the same rate. */
const PACE = 100_000;
const COLLECTION = 'Cars';
const nothing: DocumentLoader = async (ids) => ids.map(() => null);

const SCRIPTS = [
  [
    'names its fields: read instead of run',
    'loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model, Brand: this.Brand, Year: this.Year, Price: this.Price });',
  ],
  [
    'names its fields, filters and computes (sandbox)',
    'if (this.Year < 1990) return; loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model, Brand: this.Brand, Year: this.Year, Price: this.Price * 1.2 });',
  ],
  [
    'names its fields, computes all (sandbox)',
    'loadToCars({ LicensePlate: this.LicensePlate + "", Model: this.Model + "", Brand: this.Brand + "", Year: this.Year + 0, Price: this.Price * 1.2 });',
  ],
  ['takes the whole document, filters (sandbox)', 'if (this.Year < 1990) return; loadToCars(this);'],
  ['takes the whole document, changes it (sandbox)', 'this.Age = 2026 - this.Year; loadToCars(this);'],
  ['destructures the whole document (sandbox)', 'const { Notes, ...rest } = this; loadToCars(rest);'],
  ['no script', ''],
] as const;

interface Figures {
  perSecond: number;
  /** Of the elapsed time. */
  mainShare: number;
  /** All threads of the process together, of the elapsed time. */
  cpuShare: number;
}

const inputs: ScriptInput[] = carDocuments(BATCH).map(({ id, text }) => ({
  id,
  collection: COLLECTION,
  document: new TextEncoder().encode(text),
}));

/** Two batches in flight, as in the capture: the best of several rounds, since others may use the machine. */
async function measure(run: () => Promise<unknown>): Promise<Figures> {
  let best: Figures = { perSecond: 0, mainShare: 1, cpuShare: 1 };
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const all = process.cpuUsage();
    const main = process.threadCpuUsage();
    let before: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < batches; i++) {
      const next = run();
      await before;
      before = next;
    }
    await before;
    const elapsed = performance.now() - start;
    const share = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000 / elapsed;
    const perSecond = (batches * BATCH * 1000) / elapsed;
    if (perSecond > best.perSecond) {
      best = {
        perSecond,
        mainShare: share(process.threadCpuUsage(main)),
        cpuShare: share(process.cpuUsage(all)),
      };
    }
  }
  return best;
}

/** What a worker does without a sandbox: parse, pick the same five fields, write. Its script could do anything. */
async function plainWorker(): Promise<Figures> {
  const worker = new Worker(new URL('./peers/plain-worker.ts', import.meta.url));
  const waiting: (() => void)[] = [];
  worker.on('message', () => waiting.shift()?.());
  const texts = inputs.map(({ document }) => new TextDecoder().decode(document));
  const figures = await measure(
    () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has none
        worker.postMessage(texts);
      }),
  );
  await worker.terminate();
  return figures;
}

const pool = new ScriptPool({ maxWorkers: 1 });
const lines: string[] = [];
const peer = await plainWorker();
const row = (name: string, { perSecond, mainShare, cpuShare }: Figures): string =>
  `| ${name} | ${(perSecond / 1000).toFixed(0)}k | ${(perSecond / peer.perSecond).toFixed(2)} | ${(mainShare * 100).toFixed(0)} % | ${((mainShare / perSecond) * PACE * 100).toFixed(0)} % | ${(cpuShare * 100).toFixed(0)} % |`;
lines.push(
  `# Scripts through one worker, documents of ${inputs[0]?.document.byteLength} bytes, batches of ${BATCH}`,
  '',
  `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; best of ${rounds} rounds of ${(batches * BATCH).toLocaleString('en')} documents.`,
  '',
  `| script | documents/s | peer = 1 | main thread | main thread at ${(PACE / 1000).toFixed(0)}k/s | all threads |`,
  '|---|---|---|---|---|---|',
  row('peer: `JSON.parse`, picking five fields and `JSON.stringify` in a worker, no sandbox', peer),
);
for (const [name, script] of SCRIPTS) {
  const runner = await pool.open({ name: 'bench', collection: COLLECTION, script });
  await runner.transform(inputs, nothing);
  lines.push(row(name, await measure(() => runner.transform(inputs, nothing))));
  runner.close();
}
const runaway = await pool.open({
  name: 'bench',
  collection: COLLECTION,
  script: 'for (;;) {} loadToCars({})',
});
const started = performance.now();
await runaway.transform(inputs.slice(0, 1), nothing);
const loop = performance.now() - started;
runaway.close();
const { rss } = process.memoryUsage();
lines.push(
  '',
  `An endless script was stopped ${(loop / 1000).toFixed(2)} s after it was sent, including the start of its worker. Each sandbox is capped at 64 MiB; the process had ${Math.round(rss / 1024 / 1024)} MiB resident at the end.`,
);
await pool.close();
console.log(lines.join('\n'));
if (values.save) saveResult('scripts.md', lines.join('\n'));
