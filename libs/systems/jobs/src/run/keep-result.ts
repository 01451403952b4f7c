import { describeError } from '@nestjs-spark/foundation';
import { delayMs, pause, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { RunRefusedError, type JobBackend, type RunHandle } from '../job/backend.ts';
import { keepContent, type PutContent } from '../job/content.ts';
import type { Content, JobCause } from '../job/job.ts';

/** How often a result is asked for that does not come: some seconds in all. */
const TRIES = 5;
const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };

/** A result as it is stored, or why there is none: `failed` for good, `lost` when it may come from another run. */
export type KeptResult = { content: Content } | { type: 'failed' | 'lost'; cause: JobCause };

/** Where a result comes from and goes to. */
export interface ResultWay {
  nameOf: () => string;
  put: PutContent;
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal;
}

/**
 * Stores the result of a run that has succeeded. A backend that keeps failing to give it must not hold its job forever.
 * @throws whatever the store throws: the result can be asked for again
 */
export async function keepResult(
  backend: JobBackend,
  handle: RunHandle,
  { nameOf, put, signal }: ResultWay,
): Promise<KeptResult> {
  for (let attempt = 1; ; attempt++) {
    const way: { failure?: { error: unknown } } = {};
    try {
      return { content: await keepContent(givenBy(backend, handle, way), nameOf, put) };
    } catch (error) {
      // The store may say in its own words that it was not given everything.
      if (!way.failure) throw error;
      const cause = way.failure.error;
      if (cause instanceof RunRefusedError) return { type: 'failed', cause: cause.reason };
      signal.throwIfAborted();
      if (attempt === TRIES) return { type: 'lost', cause: noResult(backend.name, cause) };
      await pause(delayMs(AGAIN, attempt), signal);
    }
  }
}

function noResult(backend: string, error: unknown): JobCause {
  const message = `${backend} did not give the result of the run: ${describeError(error)}`;
  return { class: 'backend', code: 'no-result', message };
}

/** What a backend gives; its failure is noted, as anything else is the store's. */
async function* givenBy(
  backend: JobBackend,
  handle: RunHandle,
  way: { failure?: { error: unknown } },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of backend.result(handle)) yield part;
  } catch (error) {
    way.failure = { error };
    throw error;
  }
}
