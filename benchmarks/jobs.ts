import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import {
  JetStreamJobStore,
  JobsEngine,
  MemoryJobStore,
  resolveJobsSettings,
  type JobsSettings,
  type JobStore,
  type JobsService,
} from '@nestjs-spark/jobs/internal';
import { startNats } from '@nestjs-spark/servers';
import { freePort } from '@nestjs-spark/servers/internal';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { readArguments } from '../tools/arguments.ts';
import { describeMachine, median } from './support/machine.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- jobs: durable and in-memory jobs beside BullMQ on a Redis of this machine.
  --jobs N        of each contender and round (5000)
  --rounds N      (5)
  --queued N      measures what N queued jobs take in NATS (0: not measured)
  --save          writes the table into benchmarks/results`,
  options: {
    jobs: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    queued: { type: 'string', default: '0' },
    save: { type: 'boolean', default: false },
  },
});
const count = Number(values.jobs);
const rounds = Number(values.rounds);
const IN_FLIGHT = 256;
const AT_ONCE = 64;
const QUIET = { debug() {}, log() {}, warn() {}, error() {} };

/** Jobs a second, and the processor time of this process for each in microseconds, which other work on the machine disturbs less. */
interface Pace {
  perSecond: number;
  micros: number;
}

/** What a contender did in one round. */
interface Speed {
  submit: Pace;
  run: Pace;
}

/** A contender: submits all, then runs all. */
interface Contender {
  name: string;
  round(): Promise<Speed>;
}

const nats = await startNats({ temporary: true, log: () => undefined });
const redis = await startRedis();
const connection = new JetStreamConnection({ url: nats.url, name: 'bench', log: QUIET });
let rounded = 0;
const loadBefore = loadavg()[0] ?? 0;

const contenders: Contender[] = [
  { name: 'jobs in JetStream', round: () => ours((settings) => jetStream(settings)) },
  { name: 'BullMQ', round: bullmq },
  { name: 'jobs in memory', round: () => ours((settings) => new MemoryJobStore(settings)) },
];
const speeds = new Map<string, Speed[]>(contenders.map(({ name }) => [name, []]));
try {
  for (let round = 1; round <= rounds; round++)
    for (const { name, round: run } of contenders) {
      const speed = await run();
      speeds.get(name)?.push(speed);
      console.error(`round ${round}: ${name} submit ${said(speed.submit)}, run ${said(speed.run)}`);
    }
  const queued = Number(values.queued) > 0 ? await bytesPerQueued(Number(values.queued)) : null;
  report(queued);
} finally {
  await connection.close();
  await nats.stop();
  await redis.stop();
}

function jetStream(settings: JobsSettings): JobStore {
  const id = ++rounded;
  return new JetStreamJobStore({
    ...settings,
    connection,
    log: QUIET,
    stream: `BENCH_${id}`,
    root: `bench${id}`,
  });
}

/** Of a process that takes jobs, as many as come. */
function settingsOfApi(): JobsSettings {
  const quotas = { queued: 10_000_000, perSecond: 10_000_000 };
  return resolveJobsSettings({ store: 'jetstream', role: 'api', quotas }, {});
}

async function ours(open: (settings: JobsSettings) => JobStore): Promise<Speed> {
  const settings = settingsOfApi();
  const store = open(settings);
  const handler = { run: () => Promise.resolve(1) };
  const engineOf = (role: 'api' | 'worker'): JobsEngine => {
    const engine = new JobsEngine({ ...settings, role, concurrency: AT_ONCE }, store, new Registry());
    engine.handlers.add({ name: 'bench', version: 1 }, handler);
    return engine;
  };
  const api = engineOf('api');
  await submit(api.service, 1);
  const submitted = await paceOf(() => submit(api.service, count));
  const worker = engineOf('worker');
  const run = await paceOf(async () => {
    const ended = endOf(worker);
    worker.start();
    await ended;
  });
  await worker.stop();
  await api.stop();
  return { submit: submitted, run };
}

async function submit(jobs: JobsService, many: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next++ < many)
      await jobs.submit({
        name: 'bench',
        transformation: { kind: 'handler', handler: 'bench' },
        input: { value: 1 },
      });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

/** Resolves when everything that was submitted has ended, as the process that runs it hears: BullMQ's `completed` is that too. */
function endOf({ listeners }: JobsEngine): Promise<void> {
  let left = count + 1;
  return new Promise((resolve) => {
    listeners.add({ status: 'Succeeded', call: () => (--left === 0 ? resolve() : undefined) });
  });
}

async function bullmq(): Promise<Speed> {
  const options = { connection: { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null } };
  const queue = new Queue('bench', options);
  await queue.obliterate({ force: true });
  await queue.add('bench', { value: 1 });
  const submitted = await paceOf(async () => {
    let next = 0;
    const one = async (): Promise<void> => {
      while (next++ < count) await queue.add('bench', { value: 1 });
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  });
  let left = count + 1;
  const run = await paceOf(async () => {
    const worker = new Worker('bench', () => Promise.resolve(1), { ...options, concurrency: AT_ONCE });
    await new Promise<void>((resolve) =>
      worker.on('completed', () => (--left === 0 ? resolve() : undefined)),
    );
    await worker.close();
  });
  await queue.close();
  return { submit: submitted, run };
}

/** How much a waiting job takes on the disk of nats-server, and what this process holds for it. */
async function bytesPerQueued(many: number): Promise<{ disk: number; heap: number }> {
  const settings = settingsOfApi();
  const store = jetStream(settings);
  const engine = new JobsEngine(settings, store, new Registry());
  engine.handlers.add({ name: 'bench', version: 1 }, { run: () => 1 });
  await submit(engine.service, 100);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await submit(engine.service, many);
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed - before;
  const { state } = await connection.use(({ jsm }) => jsm.streams.info(`BENCH_${rounded}`));
  await engine.stop();
  return { disk: Math.round(state.bytes / state.messages), heap };
}

async function paceOf(work: () => Promise<void>): Promise<Pace> {
  const began = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: (1_000 * count) / (performance.now() - began),
    micros: (user + system) / count,
  };
}

function said({ perSecond, micros }: Pace): string {
  return `${Math.round(perSecond)}/s (${Math.round(micros)} us)`;
}

function report(queued: { disk: number; heap: number } | null): void {
  const of = (name: string, kind: keyof Speed, what: keyof Pace = 'perSecond'): number[] =>
    (speeds.get(name) ?? []).map((speed) => speed[kind][what]);
  const cell = (name: string, kind: keyof Speed): string => {
    const all = of(name, kind).toSorted((a, b) => a - b);
    return `${Math.round(median(all))} (${Math.round(all[0] ?? 0)} to ${Math.round(all.at(-1) ?? 0)})`;
  };
  const micros = (name: string, kind: keyof Speed): number => Math.round(median(of(name, kind, 'micros')));
  const ratio = (name: string, kind: keyof Speed): string =>
    (median(of(name, kind)) / median(of('BullMQ', kind))).toFixed(2);
  const rows = contenders.map(
    ({ name }) =>
      `| ${name} | ${cell(name, 'submit')} | ${ratio(name, 'submit')} | ${micros(name, 'submit')} | ${cell(name, 'run')} | ${ratio(name, 'run')} | ${micros(name, 'run')} |`,
  );
  const text = [
    '# Jobs beside BullMQ',
    '',
    `${describeMachine()}. ${rounds} rounds, one after the other in each; ${count} trivial jobs, ${IN_FLIGHT} submissions in flight, ${AT_ONCE} runs at once, one process. Medians, with minimum and maximum; us each: the processor time of that process, without the server. Load average ${loadBefore.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after: speeds count only on a quiet machine (below 2).`,
    '',
    'nats-server syncs its files every 2 minutes (its default); Redis syncs its append-only file every second (`appendfsync everysec`). Both keep a job before they answer, and both can lose the last moments at a power loss.',
    '',
    '| | submit, jobs/s | beside BullMQ | us each | run, jobs/s | beside BullMQ | us each |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...(queued
      ? [
          '',
          `${values.queued} queued jobs: ${queued.disk} bytes each in JetStream; the heap of the submitting process grew by ${Math.round(queued.heap / 1024 ** 2)} MiB.`,
        ]
      : []),
  ].join('\n');
  console.log(text);
  if (values.save) saveResult('jobs.md', text);
}

async function startRedis(): Promise<{ port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-bench-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const child: ChildProcess = spawn(
    'redis-server',
    [...args, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    {
      stdio: 'ignore',
    },
  );
  child.on('error', () => {
    console.error('The benchmark needs redis-server on the PATH (Debian: redis-server).');
    process.exit(1);
  });
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
  // Until it listens.
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  const stop = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  return { port, stop };
}
