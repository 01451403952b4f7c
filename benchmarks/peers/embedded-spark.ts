import { taskName } from '@nestjs-spark/contracts';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@nestjs-spark/servers';
import { SqliteChangeSink, SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { BenchApp } from '../support/app.ts';
import { fillCars } from './embedded-copy.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const LOOK_EVERY_MS = 40;

/**
 * The product itself: Fleet and HR as separate processes, each on its own file, with everything enabled.
 * @returns documents per second, from the first appearance of the requester's checkpoint until it reports the copy as complete
 */
export async function embeddedSparkCopy(folder: string, documents: number): Promise<number> {
  const nats = await startNats({ temporary: true, log: () => undefined });
  const file = (app: string) => join(folder, `${app}.db`);
  const env = (app: string) => ({
    SPARK_STORE: `sqlite:${file(app)}`,
    NATS_URL: nats.url,
    SPARK_KEYS_DIR: join(folder, 'keys'),
  });
  const source = new SqliteDatabase({ path: file('fleet') });
  await fillCars(source, documents);
  await source.close();
  const copies = new SqliteDatabase({ path: file('hr') });
  const fleet = await BenchApp.start('fleet', env('fleet'));
  while (!(await fleet.ready())) await delay(100);
  const hr = await BenchApp.start('hr', env('hr'));
  try {
    const target = new SqliteChangeSink(copies);
    for (let started = 0; ;) {
      const stored = await target.readCheckpoint(taskName(TASK));
      const now = performance.now();
      if (stored && started === 0) started = now;
      if (stored?.checkpoint.live && stored.checkpoint.documentsPut >= documents) {
        return documents / ((now - started) / 1_000);
      }
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    await Promise.all([fleet.stop(), hr.stop()]);
    await copies.close();
    await nats.stop();
  }
}
