import { taskName } from '@nestjs-spark/contracts';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@nestjs-spark/servers';
import { SqliteChangeSink, SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { BenchApp } from '../support/app.ts';
import { measureCpu, sumOf } from '../support/cpu.ts';
import { fillCars } from './embedded-copy.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const LOOK_EVERY_MS = 40;

/** A first copy and the apps that made it. */
export interface EmbeddedCopy {
  /** From when the requester's checkpoint appears until the requester reports a complete copy. */
  documentsPerSecond: number;
  /** Processor seconds of all processes during that time. */
  cpu: number;
  pids: Record<'nats' | 'fleet' | 'hr', number | undefined>;
  hr: BenchApp;
  stop(): Promise<void>;
}

/** The product itself: Fleet and HR as separate processes, each on its own file. The apps keep running for the next measurements. */
export async function embeddedCopy(
  folder: string,
  documents: number,
  more: Record<string, string> = {},
): Promise<EmbeddedCopy> {
  const nats = await startNats({ temporary: true, log: () => undefined });
  const file = (app: string) => join(folder, `${app}.db`);
  const env = (app: string) => ({
    SPARK_STORE: `sqlite:${file(app)}`,
    NATS_URL: nats.url,
    SPARK_KEYS_DIR: join(folder, 'keys'),
    ...more,
  });
  const source = new SqliteDatabase({ path: file('fleet') });
  await fillCars(source, documents);
  await source.close();
  const copies = new SqliteDatabase({ path: file('hr') });
  const fleet = await BenchApp.start('fleet', env('fleet'));
  while (!(await fleet.ready())) await delay(100);
  const hr = await BenchApp.start('hr', env('hr'));
  const pids = { nats: nats.pid, fleet: fleet.pid, hr: hr.pid };
  const stop = async (): Promise<void> => {
    await Promise.all([fleet.stop(), hr.stop()]);
    await copies.close();
    await nats.stop();
  };
  try {
    const target = new SqliteChangeSink(copies);
    let used = measureCpu(pids);
    for (let started = 0; ;) {
      const stored = await target.readCheckpoint(taskName(TASK));
      const now = performance.now();
      if (stored && started === 0) {
        started = now;
        used = measureCpu(pids);
      }
      if (stored?.checkpoint.live && stored.checkpoint.documentsPut >= documents) {
        const cpu = sumOf(used.stop());
        return { documentsPerSecond: documents / ((now - started) / 1_000), cpu, pids, hr, stop };
      }
      await delay(LOOK_EVERY_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Everything on. @returns documents per second */
export async function embeddedSparkCopy(folder: string, documents: number): Promise<number> {
  const { documentsPerSecond, stop } = await embeddedCopy(folder, documents);
  await stop();
  return documentsPerSecond;
}
