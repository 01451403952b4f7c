import { describeError } from '@nestjs-spark/foundation';
import { persist } from '@nestjs-spark/foundation/internal';
import type { JobBackend, RunHandle } from '../job/backend.ts';
import type { CancelProof } from '../job/job.ts';
import type { RunnerParts } from './parts.ts';

/** The wait before the next attempt to stop a run. */
const STOP_AGAIN_MS = 1_000;

/** Stops one run, once, for whichever reason comes first. */
export class RunStop {
  readonly #backend: JobBackend;
  readonly #parts: Pick<RunnerParts, 'guards' | 'log'>;
  readonly #signal: AbortSignal;
  #stopping: Promise<CancelProof | 'ended'> | null = null;
  #reason: 'cancelled' | 'timed-out' = 'cancelled';

  /** @param signal aborted when nobody waits for the proof any more */
  constructor(backend: JobBackend, parts: Pick<RunnerParts, 'guards' | 'log'>, signal: AbortSignal) {
    this.#backend = backend;
    this.#parts = parts;
    this.#signal = signal;
  }

  get isAsked(): boolean {
    return this.#stopping !== null;
  }

  get reason(): 'cancelled' | 'timed-out' {
    return this.#reason;
  }

  ask(handle: RunHandle, reason: 'cancelled' | 'timed-out'): void {
    if (this.#stopping) return;
    this.#reason = reason;
    this.#stopping = this.#untilProven(handle);
  }

  /** The proof that it was stopped; `ended` when it ended before, or nobody has asked. */
  async proof(): Promise<CancelProof | 'ended'> {
    return this.#stopping ?? 'ended';
  }

  /** Asks until the backend says that nothing runs any more: one that does not answer may still be running it. */
  async #untilProven(handle: RunHandle): Promise<CancelProof | 'ended'> {
    const { guards, log } = this.#parts;
    let proof: CancelProof | 'ended' = 'ended';
    const stop = async (): Promise<void> => {
      proof = await guards.call(this.#backend, () => this.#backend.cancel(handle, this.#signal));
    };
    await persist(stop, {
      signal: this.#signal,
      policy: { waitMs: STOP_AGAIN_MS },
      endMs: Infinity,
      onFailure: (error) => log.warn(`Run ${handle.runId} cannot be stopped yet: ${describeError(error)}`),
    });
    return proof;
  }
}
