import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SqliteDatabase, tableOf } from '@nestjs-spark/sqlite/internal';
import type { App } from '../../tools/apps/app.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { quantile } from '../support/machine.ts';
import { residentKiB } from '../support/memory.ts';
import { until } from '../support/until.ts';
import { isReady, LOOK_EVERY_MS, newService, OPERATOR_TOKEN, peersOf, startReplicas } from './nodes.ts';

const ROWS_AT_ONCE = 10_000;

export interface NodeFigures {
  /** Maximum memory used. */
  memoryMiB: number;
  /** The 99th percentile of the response time of `/health/live`, which waits for the main loop. */
  probeMs: number;
}

export interface Join {
  /** The snapshot. */
  takenAfterMs: number;
  readyAfterMs: number;
  old: NodeFigures;
  fresh: NodeFigures;
}

/** How soon a new node is ready, including its start, when another one has many rows of about 350 bytes. */
export async function measureJoin(folder: string, natsUrl: string, rows: number): Promise<Join> {
  await fill(join(folder, 'old.db'), rows);
  const service = newService();
  const [old] = await startReplicas(folder, { old: natsUrl }, { service });
  if (!old) throw new Error('one node was to be started');
  const running = [old];
  try {
    // A snapshot contains what is in the log: taken earlier, it would have only some of the rows.
    await until(async () => (await peersOf(old)).backlog === 0, LOOK_EVERY_MS);
    const done = new AbortController();
    const oldFigures = watch(old, done.signal);
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const takenAt = performance.now();
    const { ok, status } = await fetch(`${old.url}/spark/peers/snapshot`, { method: 'POST', headers });
    if (!ok) throw new Error(`The snapshot was answered with ${status}`);
    const takenAfterMs = performance.now() - takenAt;
    const begunAt = performance.now();
    const [fresh] = await startNodes({
      service,
      folder,
      operatorToken: OPERATOR_TOKEN,
      natsUrls: { fresh: natsUrl },
      anyPorts: true,
    });
    if (!fresh) throw new Error('one node was to be started');
    running.push(fresh);
    const freshFigures = watch(fresh, done.signal);
    await until(() => isReady(fresh), LOOK_EVERY_MS);
    const readyAfterMs = performance.now() - begunAt;
    done.abort();
    return { takenAfterMs, readyAfterMs, old: await oldFigures, fresh: await freshFigures };
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

/** A file from before its application had replicas. */
async function fill(path: string, rows: number): Promise<void> {
  const database = new SqliteDatabase({ path });
  const text = 'x'.repeat(300);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE)
    await database.write((open) => {
      const notes = tableOf(open, 'Notes');
      for (let n = from; n < Math.min(rows, from + ROWS_AT_ONCE); n++)
        notes.put(`notes/${n}`, JSON.stringify({ Title: `note ${n}`, Text: text }), null, Date.now());
    });
  await database.close();
}

async function watch(node: App, signal: AbortSignal): Promise<NodeFigures> {
  const took: number[] = [];
  let memoryMiB = 0;
  while (!signal.aborted) {
    const begunAt = performance.now();
    const isLive = await fetch(`${node.url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isLive) took.push(performance.now() - begunAt);
    if (node.process.running)
      memoryMiB = Math.max(memoryMiB, Math.round(residentKiB(node.process.pid) / 1_024));
    await pause(LOOK_EVERY_MS);
  }
  return { memoryMiB, probeMs: quantile(took, 0.99) };
}
