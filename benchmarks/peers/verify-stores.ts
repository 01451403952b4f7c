import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_BUILD, type BenchApp } from '../support/app.ts';
import { sumOf } from '../support/cpu.ts';
import { embeddedCopy } from './embedded-spark.ts';
import { startSparkWorld } from './spark-world.ts';
import { sparkCopy, type SparkWorld } from './spark.ts';

/** Seconds, and processor seconds of both apps and all servers; other load on the machine affects the latter little. */
export interface Spent {
  seconds: number;
  cpu: number;
}

/** A first copy, with the apps that made it. */
export interface CopyMade {
  copy: Spent;
  pids: Record<string, number | undefined>;
  hr: BenchApp;
  stop(): Promise<unknown>;
}

/** Makes first copies of the same documents with both apps on one kind of store. */
export interface CopyMaker {
  store: string;
  /** Absent: both apps use SQLite files. */
  world?: SparkWorld;
  copy(): Promise<CopyMade>;
  stop(): Promise<void>;
}

/** HR's event handler would still receive events of the copies while they are compared. */
const WITHOUT_HANDLERS = { HR_CAR_NEWS: 'off' };

export async function onRavenDb(documents: number): Promise<CopyMaker> {
  const { world, stop } = await startSparkWorld();
  world.handlers = false;
  await world.fleet.recreate();
  await world.fleet.fill(documents);
  return {
    store: 'RavenDB',
    world,
    stop,
    copy: async () => {
      await world.hr.recreate();
      const { run, fleet, hr } = await sparkCopy(world, documents);
      return {
        copy: { seconds: documents / run.documentsPerSecond, cpu: sumOf(run.cpu) },
        pids: { ...world.pids, fleet: fleet.pid, hr: hr.pid },
        hr,
        stop: () => Promise.all([fleet.stop(), hr.stop()]),
      };
    },
  };
}

export async function onSqlite(documents: number): Promise<CopyMaker> {
  const folder = join(OWN_BUILD, '.spark', 'data', 'bench-verify');
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    store: 'SQLite',
    stop: async () => clear(),
    copy: async () => {
      clear();
      mkdirSync(folder, { recursive: true });
      const { documentsPerSecond, cpu, ...made } = await embeddedCopy(folder, documents, WITHOUT_HANDLERS);
      return { ...made, copy: { seconds: documents / documentsPerSecond, cpu } };
    },
  };
}
