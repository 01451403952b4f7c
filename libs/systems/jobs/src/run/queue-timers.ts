import { VersionConflictError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation';
import { longTimer } from '@nestjs-spark/foundation/internal';
import { chooseFor, type ChoiceParts } from '../choose/choose-for.ts';
import type { Job } from '../job/job.ts';
import type { StoredJob } from '../job/store.ts';
import type { RunnerParts } from './parts.ts';
import { leftInQueue, timedOut } from './queue-timeout.ts';

/** A worker that has just taken a job may not have written that yet, in milliseconds. */
const TAKEN_WITHIN_MS = 100;
/** The delay before a job whose time is over is looked at again when the store did not answer, in milliseconds. */
const AGAIN_MS = 5_000;

type Parts = ChoiceParts & Pick<RunnerParts, 'store' | 'observer' | 'owner' | 'log'>;

/**
 * Ends jobs that have waited in the queue for longer than they may, also while no worker has time for them. Each process minds the jobs that it has
 * queued itself; if it dies, the next worker that takes them ends them.
 */
export class QueueTimers {
  readonly #parts: Parts;
  /** Stops the timer of each job. */
  readonly #minded = new Map<string, () => void>();
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes each job that this process has moved. */
  moved(job: Job): void {
    const waits = job.status === 'Queued' || job.dueAt !== null;
    if (!waits || job.options.queueTimeoutMs === null) this.#forget(job.jobId);
    else this.#mind(job.jobId, this.#dueIn(job));
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#minded.values()) stop();
    this.#minded.clear();
  }

  /** A job that waits for its time has not begun to wait for a worker. */
  #dueIn(job: Job): number {
    const { dueAt, options } = job;
    const left =
      dueAt === null
        ? (leftInQueue(job) ?? 0)
        : Date.parse(dueAt) - Date.now() + (options.queueTimeoutMs ?? 0);
    return left + TAKEN_WITHIN_MS;
  }

  #mind(jobId: string, inMs: number): void {
    this.#forget(jobId);
    if (!this.#isClosed)
      this.#minded.set(
        jobId,
        longTimer(inMs, () => void this.#ring(jobId)),
      );
  }

  #forget(jobId: string): void {
    this.#minded.get(jobId)?.();
    this.#minded.delete(jobId);
  }

  async #ring(jobId: string): Promise<void> {
    this.#minded.delete(jobId);
    try {
      const stored = await this.#parts.store.get(jobId);
      if (stored) await this.#end(stored);
    } catch (error) {
      // Whoever has changed it knows what to do with it; if it was queued again, it is looked at again.
      if (!(error instanceof VersionConflictError))
        this.#parts.log.debug(`Job ${jobId} cannot be timed out yet: ${describeError(error)}`);
      this.#mind(jobId, AGAIN_MS);
    }
  }

  async #end({ job, revision }: StoredJob): Promise<void> {
    const { store, observer, owner } = this.#parts;
    if (job.status !== 'Queued' || (leftInQueue(job) ?? 0) >= 0) return this.moved(job);
    const late = timedOut(job, await chooseFor(job, this.#parts), owner);
    if (!late) return this.moved(job);
    await store.replace(late, revision);
    observer.moved(job, late);
  }
}
