import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '../errors/describe-error.ts';

export interface Persistence {
  signal: AbortSignal;
  onFailure(error: unknown): void;
  /** Default 1 s; doubles up to 30 s. */
  firstWaitMs?: number;
}

const LONGEST_WAIT_MS = 30_000;
/** What hangs on a server that never answers is left behind when the application ends. */
const END_MS = 3_000;

/**
 * Tries `work` until it succeeds or is aborted; tells of a failure only when it is another one than before. After an abort
 * it waits three seconds at most for what is under way.
 */
export async function persist(work: () => Promise<void>, options: Persistence): Promise<void> {
  const { signal, onFailure, firstWaitMs = 1_000 } = options;
  let told = '';
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    const began = Date.now();
    try {
      return await endSoon(work(), signal);
    } catch (error) {
      if (signal.aborted) return;
      const text = describeError(error);
      if (text !== told) onFailure(error);
      told = text;
      // What has worked for a while has its patience back.
      if (Date.now() - began > LONGEST_WAIT_MS) waitMs = firstWaitMs;
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }
}

async function endSoon(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  work.catch(() => undefined);
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal });
  });
  const late = aborted.then(() => wait(END_MS, undefined, { signal: ended.signal })).catch(() => undefined);
  await Promise.race([work, late]).finally(() => ended.abort());
}
