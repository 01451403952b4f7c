import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@nestjs-spark/observability';

export interface Persistence {
  signal: AbortSignal;
  onFailure(error: unknown): void;
  /** Default 1 s; doubles up to 30 s. */
  firstWaitMs?: number;
}

const LONGEST_WAIT_MS = 30_000;

/** Tries `work` until it succeeds or is aborted; tells of a failure only when it is another one than before. */
export async function persist(work: () => Promise<void>, options: Persistence): Promise<void> {
  const { signal, onFailure, firstWaitMs = 1_000 } = options;
  let told = '';
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    const began = Date.now();
    try {
      return await work();
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
