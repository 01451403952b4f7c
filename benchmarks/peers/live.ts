import { setTimeout as delay } from 'node:timers/promises';
import { DocumentStore } from 'ravendb';
import { car, type BenchDatabase } from '../support/raven.ts';

const WARM_UP_WRITES = 3_000;
const WARM_UP_PER_SECOND = 150;

export interface LiveTimes {
  /** From the write's return to the announcement of the copy by the target's Changes API, ms each. */
  toCopy: number[];
  /** Duration of the write itself, ms each: one RavenDB transaction; the path to the copy has another. */
  write: number[];
}

/**
 * Milliseconds from the write's return to the announcement of the copy by the target's Changes API, at a steady rate. A copy that
 * is announced before the write has returned counts as 0.
 */
export async function liveLatencies(
  source: BenchDatabase,
  target: BenchDatabase,
  writes: number,
  perSecond: number,
): Promise<LiveTimes> {
  const store = new DocumentStore(target.server, target.name);
  store.initialize();
  const arrived = new Map<string, number>();
  const changes = store.changes();
  await changes.ensureConnectedNow();
  const documents = changes.forDocumentsStartingWith('cars/live-');
  documents.on('data', (change) => arrived.set(change.id, performance.now()));
  await delay(500);
  await warmUp(source);
  const returned = new Map<string, number>();
  const write: number[] = [];
  const began = performance.now();
  for (let n = 0; n < writes; n++) {
    const due = began + (n * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    const id = `cars/live-${n}`;
    const sent = performance.now();
    await source.put(id, car(n));
    returned.set(id, performance.now());
    write.push(performance.now() - sent);
  }
  const giveUp = performance.now() + 30_000;
  while (arrived.size < writes && performance.now() < giveUp) await delay(20);
  changes.dispose();
  store.dispose();
  if (arrived.size < writes)
    throw new Error(`${writes - arrived.size} of ${writes} live writes did not arrive`);
  const toCopy = [...returned].map(([id, at]) => Math.max(0, (arrived.get(id) ?? Number.NaN) - at));
  return { toCopy, write };
}

/** Servers and apps initially run their single-document paths in unoptimized code; a module in regular use does not. */
async function warmUp(source: BenchDatabase): Promise<void> {
  const began = performance.now();
  for (let n = 0; n < WARM_UP_WRITES; n++) {
    const early = began + (n * 1000) / WARM_UP_PER_SECOND - performance.now();
    if (early > 0) await delay(early);
    await source.put(`cars/warm-${n % 100}`, car(n));
  }
  await delay(1_000);
}
