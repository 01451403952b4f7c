import { readArguments } from '../tools/arguments.ts';
import { bareLive } from './peers/live-bare.ts';
import { liveLatencies, type LiveTimes } from './peers/live.ts';
import { plainPipe } from './peers/plain-pipe.ts';
import { sparkCopy, type SparkRun } from './peers/spark.ts';
import { startSparkWorld } from './peers/spark-world.ts';
import { subscriptionWorker } from './peers/subscription-worker.ts';
import { measureCpu } from './support/cpu.ts';
import { withNetworkSegments } from './support/loopback.ts';
import { describeMachine, median, quantile } from './support/machine.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench: a first copy, live changes and a plain pipe side by side.
  --documents N   how many are copied (100000)
  --rounds N      (3)
  --million       a million documents as well
  --save          writes the table into benchmarks/results`,
  options: {
    documents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    million: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const documents = Number(values.documents);
const rounds = Number(values.rounds);
const SUBSCRIBED = Math.min(documents, 20_000);
const LIVE_WRITES = 500;
const LIVE_PER_SECOND = 50;

/** Spark without HR's event handler, as the pipe has none, and with it. */
interface Side {
  runs: SparkRun[];
  live: LiveTimes;
}

const { world, stop } = await startSparkWorld();
const { fleet: source, hr: target } = world;

try {
  await source.recreate();
  await source.fill(documents);
  const pipe: number[] = [];
  const pipeCpu: { ravendb: number; pipe: number }[] = [];
  const spark: Side = { runs: [], live: { toCopy: [], write: [] } };
  const handled: Side = { runs: [], live: { toCopy: [], write: [] } };
  for (let round = 0; round < rounds; round++) {
    await target.recreate();
    const cpu = measureCpu({ ravendb: world.pids.ravendb, pipe: process.pid });
    pipe.push(await plainPipe(source, target, documents));
    pipeCpu.push(cpu.stop());
    // In alternating order: the later one finds warmer servers.
    for (const side of round % 2 === 0 ? [spark, handled] : [handled, spark]) {
      await target.recreate();
      const { run, fleet, hr } = await sparkCopy({ ...world, handlers: side === handled }, documents);
      side.runs.push(run);
      if (round === rounds - 1) side.live = await liveLatencies(source, target, LIVE_WRITES, LIVE_PER_SECOND);
      await Promise.all([fleet.stop(), hr.stop()]);
    }
    console.error(
      `round ${round + 1}: plain pipe ${kilo(pipe.at(-1))}, spark ${kilo(spark.runs.at(-1)?.documentsPerSecond)}, with a handler ${kilo(handled.runs.at(-1)?.documentsPerSecond)} documents/s`,
    );
  }
  await target.recreate();
  const endBare = await bareLive(source, target);
  const bare = await liveLatencies(source, target, LIVE_WRITES, LIVE_PER_SECOND);
  endBare();
  await target.recreate();
  const subscribed = await subscriptionWorker(source, target, SUBSCRIBED);
  await target.recreate();
  const unstalled = await withNetworkSegments(() => subscriptionWorker(source, target, SUBSCRIBED));

  const rate = (side: Side): number => median(side.runs.map((run) => run.documentsPerSecond));
  const ours = rate(spark);
  const floor = median(pipe);
  const lines = [
    `# First copy of ${documents.toLocaleString('en')} documents of about 450 bytes, and live changes`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; everything on this one machine; median of ${rounds} interleaved rounds.`,
    '',
    '| way | documents/s | plain pipe = 1 |',
    '|---|---|---|',
    `| plain pipe (reads by etag, picks fields, writes with bulk_docs) | ${kilo(floor)} | 1 |`,
    `| Spark, both apps | ${kilo(ours)} | ${(ours / floor).toFixed(2)} |`,
    `| Spark, with an event handler (\`@OnReplicated()\`) for each copy | ${kilo(rate(handled))} | ${(rate(handled) / floor).toFixed(2)} |`,
    `| subscription worker and session, default MTU (${SUBSCRIBED.toLocaleString('en')} documents) | ${kilo(subscribed)} | ${(subscribed / floor).toFixed(2)} |`,
    ...(unstalled === null
      ? []
      : [`| the same with an MTU of 1,500 bytes | ${kilo(unstalled)} | ${(unstalled / floor).toFixed(2)} |`]),
    '',
    `Spark is ${(ours / subscribed).toFixed(1)} times as fast as the subscription worker with the default MTU. ${compare(ours, unstalled)}`,
    '',
    `Processor seconds (the lowest of all rounds): plain pipe ${seconds(pipeCpu)}; Spark ${seconds(spark.runs.map(({ cpu }) => cpu))}; with the handler ${seconds(handled.runs.map(({ cpu }) => cpu))}.`,
    '',
    `Live, ${LIVE_WRITES} writes at ${LIVE_PER_SECOND}/s after a warm-up, from when the write returns to the change event of the copy:`,
    '',
    '| way | p50 | p90 | p99 | max |',
    '|---|---|---|---|---|',
    `| the write itself | ${spread(spark.live.write)} |`,
    `| shortest path (Changes API, read by etag, put; one process) | ${spread(bare.toCopy)} |`,
    `| Spark, both apps | ${spread(spark.live.toCopy)} |`,
    `| Spark, while a handler is told of ${documents.toLocaleString('en')} earlier copies | ${spread(handled.live.toCopy)} |`,
    '',
    `Spark's p50 is ${(quantile(spark.live.toCopy, 0.5) / quantile(bare.toCopy, 0.5)).toFixed(1)} times that of the shortest path.`,
    '',
    `Highest resident memory: Fleet ${Math.max(...spark.runs.map((run) => run.fleetMiB))} MiB, HR ${Math.max(...spark.runs.map((run) => run.hrMiB))} MiB.`,
  ];
  if (values.million) lines.push('', ...(await million()));
  console.log(lines.join('\n'));
  if (values.save) saveResult('first-copy.md', lines.join('\n'));
} finally {
  await stop();
}

async function million(): Promise<string[]> {
  const count = 1_000_000;
  await source.fill(count - documents, documents);
  await target.recreate();
  const { run, fleet, hr } = await sparkCopy(world, count);
  await Promise.all([fleet.stop(), hr.stop()]);
  const course = run.course.map(({ fleet: f, hr: h }) => `${f}/${h}`).join(', ');
  return [
    `1,000,000 documents: ${kilo(run.documentsPerSecond)} documents/s; highest resident memory Fleet ${run.fleetMiB} MiB, HR ${run.hrMiB} MiB; after each tenth of the copy (Fleet/HR): ${course}.`,
  ];
}

function compare(ours: number, unstalled: number | null): string {
  if (unstalled === null) {
    return "The worker stalls on loopback's large segments; without root it could not be measured without them.";
  }
  return `The worker stalls on loopback's large segments; with an MTU of 1,500 bytes, Spark is ${(ours / unstalled).toFixed(1)} times as fast.`;
}

function spread(ms: number[]): string {
  const quantiles = [0.5, 0.9, 0.99].map((q) => quantile(ms, q));
  return [...quantiles, Math.max(...ms)].map((value) => `${value.toFixed(1)} ms`).join(' | ');
}

/** Noise only adds time, so the lowest of the rounds is closest to what the work needs. */
function seconds(runs: Record<string, number>[]): string {
  const names = Object.keys(runs[0] ?? {});
  return names
    .map((name) => `${name} ${Math.min(...runs.map((run) => run[name] ?? 0)).toFixed(1)}`)
    .join(', ');
}

function kilo(rate: number | undefined): string {
  return `${((rate ?? 0) / 1000).toFixed(1)}k`;
}
