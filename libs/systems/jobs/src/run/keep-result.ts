import { describeError } from '@nestjs-spark/foundation';
import { delayMs, pause, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { RunRefusedError, type JobBackend, type RunHandle } from '../job/backend.ts';
import { HeldContent, keepContent, type PutContent } from '../job/content.ts';
import type { Content, JobCause } from '../job/job.ts';

/** How often reading a result is attempted, over some seconds in all. */
const TRIES = 5;
const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };

/** The stored result, or why there is none: `failed` permanently, `lost` if another run may produce it. */
export type KeptResult = { content: Content } | { type: 'failed' | 'lost'; cause: JobCause };

/** How to read and store a result. */
export interface ResultWay {
  nameOf: () => string;
  put: PutContent;
  /** Aborted when the result is no longer needed. */
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
      return { content: await keepContent(resultOf(backend, handle, way), nameOf, put) };
    } catch (error) {
      // The store may report the backend's failure as an error of its own.
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

/** The backend's result. Its failure is recorded, to tell it apart from errors of the store. */
function resultOf(
  backend: JobBackend,
  handle: RunHandle,
  way: { failure?: { error: unknown } },
): AsyncIterable<Uint8Array> {
  try {
    const result = backend.result(handle);
    return result instanceof HeldContent ? result : givenBy(result, way);
  } catch (error) {
    way.failure = { error };
    throw error;
  }
}

async function* givenBy(
  result: AsyncIterable<Uint8Array>,
  way: { failure?: { error: unknown } },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of result) yield part;
  } catch (error) {
    way.failure = { error };
    throw error;
  }
}
