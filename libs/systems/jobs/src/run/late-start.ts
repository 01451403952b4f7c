import { VersionConflictError } from '@nestjs-spark/contracts';
import type { JobBackend } from '../job/backend.ts';
import type { Job } from '../job/job.ts';
import type { StoredJob } from '../job/store.ts';
import { next, type Outcome } from './finish.ts';
import type { RunnerParts } from './parts.ts';

/** A run that lasts longer than this is written while it is running, in milliseconds. */
export const BRIEF_MS = 20;

/** A script has no side effects, and a local run cannot be adopted: other processes do not need to know about it. */
export function mayStartLate({ transformation }: Job, { capabilities }: JobBackend): boolean {
  return transformation.kind === 'script' && capabilities.local === true;
}

/** The start of a run, written only if the run takes long, otherwise together with its end. */
export class LateStart {
  readonly #before: StoredJob;
  readonly #running: Job;
  readonly #parts: RunnerParts;
  /** Null while nothing is written, and again if that failed. */
  #written: Promise<boolean> | null = null;

  constructor(before: StoredJob, running: Job, parts: RunnerParts) {
    this.#before = before;
    this.#running = running;
    this.#parts = parts;
  }

  /**
   * Writes the start, once.
   * @returns whether the run counts: false if the job was changed before
   * @throws what the store throws: then it is written with the end
   */
  write(): Promise<boolean> {
    this.#written ??= this.#replace(this.#running).catch((error: unknown) => {
      this.#written = null;
      throw error;
    });
    return this.#written;
  }

  /**
   * Writes start and end together if the start is not written yet.
   * @returns the job with its end; null if the run does not count; `started` if the end has to be written separately
   */
  async end(outcome: Outcome): Promise<Job | null | 'started'> {
    const counts = await this.#written?.catch(() => null);
    if (typeof counts === 'boolean') return counts ? 'started' : null;
    const ended = next(this.#running, outcome, this.#parts.owner);
    this.#written = this.#replace(ended);
    if (!(await this.#written)) return null;
    this.#parts.observer.moved(this.#running, ended);
    return ended;
  }

  async #replace(after: Job): Promise<boolean> {
    try {
      await this.#parts.store.replace(after, this.#before.revision);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      this.#parts.observer.fenced();
      return false;
    }
    this.#parts.observer.moved(this.#before.job, this.#running);
    return true;
  }
}
