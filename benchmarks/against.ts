import { type ServerHandle, startNats, startRavenDb } from '@nestjs-spark/servers';
import { readArguments } from '../tools/arguments.ts';
import { liveLatencies } from './peers/live.ts';
import { sparkCopy, sparkStart, type SparkWorld } from './peers/spark.ts';
import { type Build, buildOf, ownBuild } from './support/checkout.ts';
import { measureCpu } from './support/cpu.ts';
import { describeMachine, median, quantile } from './support/machine.ts';
import { BenchDatabase } from './support/raven.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- --against COMMIT: this build beside the one of another commit.
  --documents N   (100000)
  --rounds N      (5)
  --save          writes the table into benchmarks/results`,
  options: {
    against: { type: 'string' },
    documents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    handlers: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const documents = Number(values.documents);
const rounds = Number(values.rounds);
const LIVE_WRITES = 500;
const LIVE_PER_SECOND = 50;

/** One build with its own databases and bus, so that neither version encounters the other's data. */
interface Side {
  readonly build: Build;
  readonly world: SparkWorld;
  readonly nats: ServerHandle;
  readonly figures: Map<Figure, number[]>;
}

/** CPU seconds are compared: on a shared machine they are reproducible where rates are not. */
const FIGURES = [
  'first copy, documents/s',
  'first copy, processor s: Fleet and HR',
  'first copy, processor s: all four',
  'live, p50 ms',
  'live, p99 ms',
  'live, processor s: Fleet and HR',
  'start until /health/live, s',
  'start until /health/live, processor s',
  'highest resident memory, MiB: Fleet',
  'highest resident memory, MiB: HR',
] as const;
type Figure = (typeof FIGURES)[number];

const log = (line: string): void => console.error(line);
const builds = [buildOf(values.against ?? ''), ownBuild()];
const ravendb = await startRavenDb({ temporary: true, log });
const sides = await Promise.all(builds.map(prepareSide));
try {
  for (const { world } of sides) {
    await world.fleet.recreate();
    await world.fleet.fill(documents);
  }
  for (let round = 0; round < rounds; round++) {
    // Alternating: whoever comes second finds warmer servers.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await measure(side);
    log(`round ${round + 1} of ${rounds} done`);
  }
  const text = table();
  console.log(text);
  if (values.save) saveResult('against.md', text);
} finally {
  await Promise.all([ravendb, ...sides.map(({ nats }) => nats)].map((server) => server.stop()));
}

async function prepareSide(build: Build, index: number): Promise<Side> {
  const nats = await startNats({ temporary: true, log });
  const named = (name: string): string => `Bench${name}${index}`;
  const world: SparkWorld = {
    ravendb: ravendb.url,
    nats: nats.url,
    pids: { ravendb: ravendb.pid, nats: nats.pid },
    fleet: new BenchDatabase(ravendb.url, named('Fleet')),
    hr: new BenchDatabase(ravendb.url, named('HR')),
    modules: named('Modules'),
    build: build.folder,
    handlers: values.handlers,
  };
  return { build, world, nats, figures: new Map() };
}

async function measure({ world, figures }: Side): Promise<void> {
  const add = (figure: Figure, value: number): void =>
    void figures.set(figure, [...(figures.get(figure) ?? []), value]);
  await world.hr.recreate();
  const { run, fleet, hr } = await sparkCopy(world, documents);
  add('first copy, documents/s', run.documentsPerSecond);
  add('first copy, processor s: Fleet and HR', run.cpu.fleet + run.cpu.hr);
  add('first copy, processor s: all four', run.cpu.fleet + run.cpu.hr + run.cpu.ravendb + run.cpu.nats);
  add('highest resident memory, MiB: Fleet', run.fleetMiB);
  add('highest resident memory, MiB: HR', run.hrMiB);
  const cpu = measureCpu({ fleet: fleet.pid, hr: hr.pid });
  const { toCopy } = await liveLatencies(world.fleet, world.hr, LIVE_WRITES, LIVE_PER_SECOND);
  const live = cpu.stop();
  add('live, p50 ms', quantile(toCopy, 0.5));
  add('live, p99 ms', quantile(toCopy, 0.99));
  add('live, processor s: Fleet and HR', live.fleet + live.hr);
  await Promise.all([fleet.stop(), hr.stop()]);
  const start = await sparkStart(world);
  add('start until /health/live, s', start.seconds);
  add('start until /health/live, processor s', start.cpu);
}

function table(): string {
  const [before, now] = sides.map(({ build }) => build.name);
  const rows = FIGURES.map((figure) => {
    const [one = Number.NaN, other = Number.NaN] = sides.map(({ figures }) =>
      median(figures.get(figure) ?? []),
    );
    return `| ${figure} | ${shown(one)} | ${shown(other)} | ${(other / one).toFixed(2)} |`;
  });
  return [
    `# Two builds compared: ${before} and ${now}`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; ${documents.toLocaleString('en')} documents, ${LIVE_WRITES} live writes at ${LIVE_PER_SECOND}/s; medians of ${rounds} interleaved rounds; HR ${values.handlers ? 'with' : 'without'} its event handler.`,
    '',
    `| figure | ${before} | ${now} | ratio |`,
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function shown(value: number): string {
  return value >= 1_000 ? `${(value / 1000).toFixed(1)}k` : value.toFixed(value >= 100 ? 0 : 2);
}
