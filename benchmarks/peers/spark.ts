import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BenchApp } from '../support/app.ts';
import { cpuSeconds, measureCpu } from '../support/cpu.ts';
import { BenchDatabase } from '../support/raven.ts';

// Rarely enough to cost nothing compared with the copy, often enough to time it to about a hundredth.
const LOOK_EVERY_MS = 40;

interface StoredCheckpoint {
  Live: boolean;
  DocumentsPut: number;
}

export interface SparkRun {
  /** From the first appearance of the requester's checkpoint (the generation begins) until it reports the copy as complete. */
  documentsPerSecond: number;
  /** Highest resident memory seen, MiB. */
  fleetMiB: number;
  hrMiB: number;
  /** Resident memory in MiB after each tenth of the copy; it has to stay flat. */
  course: { fleet: number; hr: number }[];
  /** CPU seconds of each process during the copy. */
  cpu: Record<'ravendb' | 'nats' | 'fleet' | 'hr', number>;
}

export interface SparkWorld {
  ravendb: string;
  nats: string;
  pids: { ravendb: number | undefined; nats: number | undefined };
  fleet: BenchDatabase;
  hr: BenchDatabase;
  /** The registry's database. */
  modules: string;
  /** The checkout whose build is run. */
  build: string;
  /** Whether HR runs its event handler, which is called for each copy. Default true. */
  handlers?: boolean;
}

function sparkEnv(
  { ravendb, nats, fleet, hr, modules, build, handlers = true }: SparkWorld,
  app: 'fleet' | 'hr',
): Record<string, string> {
  return {
    RAVENDB_URLS: ravendb,
    NATS_URL: nats,
    RAVENDB_DATABASE: app === 'fleet' ? fleet.name : hr.name,
    SPARK_MODULES_DATABASE: modules,
    SPARK_KEYS_DIR: join(build, '.spark', 'bench-keys'),
    HR_CAR_NEWS: handlers ? 'on' : 'off',
  };
}

/** How long an owner takes from its process's start until it answers `/health/live`. */
export interface StartTimes {
  seconds: number;
  cpu: number;
}

export async function sparkStart(world: SparkWorld): Promise<StartTimes> {
  const began = performance.now();
  const fleet = await BenchApp.start('fleet', sparkEnv(world, 'fleet'), world.build);
  while (!(await fleet.live())) await delay(10);
  const seconds = (performance.now() - began) / 1000;
  const cpu = cpuSeconds(fleet.pid);
  await fleet.stop();
  return { seconds, cpu };
}

/** The product itself: both apps as separate processes, with everything enabled. The apps stay for the next measurements. */
export async function sparkCopy(
  world: SparkWorld,
  documents: number,
): Promise<{ run: SparkRun; fleet: BenchApp; hr: BenchApp }> {
  const fleet = await BenchApp.start('fleet', sparkEnv(world, 'fleet'), world.build);
  // The owner's own index is not measured: it is built before the copy begins, as in any owner in regular use.
  while (!(await fleet.ready()) || (await world.fleet.indexing())) await delay(100);
  const hr = await BenchApp.start('hr', sparkEnv(world, 'hr'), world.build);
  let started = 0;
  const run: SparkRun = {
    documentsPerSecond: 0,
    fleetMiB: 0,
    hrMiB: 0,
    course: [],
    cpu: { ravendb: 0, nats: 0, fleet: 0, hr: 0 },
  };
  let cpu: ReturnType<typeof measureCpu<keyof SparkRun['cpu']>> | null = null;
  for (;;) {
    const checkpoint = await world.hr
      .get<StoredCheckpoint>('sparkCheckpoints/fleet/hr/cars')
      .catch(() => null);
    const now = performance.now();
    if (checkpoint && started === 0) {
      started = now;
      cpu = measureCpu({ ...world.pids, fleet: fleet.pid, hr: hr.pid });
    }
    const memory = { fleet: fleet.residentMiB(), hr: hr.residentMiB() };
    run.fleetMiB = Math.max(run.fleetMiB, memory.fleet);
    run.hrMiB = Math.max(run.hrMiB, memory.hr);
    const tenth = Math.floor(((checkpoint?.DocumentsPut ?? 0) / documents) * 10);
    if (tenth > run.course.length - 1) run.course.push(memory);
    if (checkpoint?.Live && checkpoint.DocumentsPut >= documents) {
      run.documentsPerSecond = documents / ((now - started) / 1000);
      if (cpu) run.cpu = cpu.stop();
      return { run, fleet, hr };
    }
    await delay(started === 0 ? 10 : LOOK_EVERY_MS);
  }
}
