import { randomUUID } from 'node:crypto';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { keepRunning, pause } from '@nestjs-spark/foundation/internal';
import { ABSENT_MS, type JobBackend } from '../job/backend.ts';
import type { Job, JobCause } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';

/** How often each worker announces its backends and reads the announcements of others, in milliseconds. */
const LOOK_MS = 60_000;
/** A backend that no worker has announced for this many looks in a row is expected to be in nobody's settings any more. */
const LOOKS = ABSENT_MS / LOOK_MS;

/** Something that a job needs and this worker does not have. */
interface Missed {
  /** Its latest announcement that was read; null if there was none. */
  readonly said: string | null;
  /** How many looks in a row have found no newer announcement. */
  readonly looks: number;
}

/**
 * Tells a backend that is no longer in anybody's settings from one whose workers are busy: once a minute, each worker announces its backends in the
 * store. An announcement is only compared with the one before it, so clocks do not matter, and counting starts over after an outage of the store,
 * during which nobody could announce anything.
 */
export class WorkerBackends {
  readonly #backends: readonly JobBackend[];
  readonly #store: Pick<JobStore, 'remember' | 'recall'>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #missed = new Map<string, Missed>();

  constructor(
    backends: readonly JobBackend[],
    store: Pick<JobStore, 'remember' | 'recall'>,
    log: Pick<Logger, 'warn'>,
  ) {
    this.#backends = backends;
    this.#store = store;
    this.#log = log;
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    const lookAndWait = async (): Promise<void> => {
      await this.look();
      await pause(LOOK_MS, signal);
    };
    return keepRunning(lookAndWait, {
      signal,
      policy: { waitMs: LOOK_MS },
      onFailure: (error) =>
        this.#log.warn(`This worker cannot announce its backends to the others: ${describeError(error)}`),
    });
  }

  /**
   * Announces the backends of this worker, and reads the announcements of those that jobs need and it does not have.
   * @throws what the store throws
   */
  async look(): Promise<void> {
    try {
      for (const what of this.#own()) await this.#store.remember(keyOf(what), randomUUID());
      for (const [what, { said, looks }] of this.#missed) {
        const found = await this.#store.recall(keyOf(what));
        this.#missed.set(what, { said: found, looks: found === said ? looks + 1 : 0 });
      }
    } catch (error) {
      this.#missed.clear();
      throw error;
    }
  }

  /**
   * Why a queued job that no backend here takes cannot run anywhere any more; null while some worker may take it. A backend that was never
   * announced may belong to a worker of an earlier version.
   * @throws what the store throws
   */
  async whyNowhere(job: Job): Promise<JobCause | null> {
    const what = neededBy(job);
    if (this.#own().has(what)) return null;
    const missed = this.#missed.get(what) ?? { said: null, looks: 0 };
    this.#missed.set(what, missed);
    if (missed.said === null || missed.looks < LOOKS) return null;
    // A worker may have announced it again since the last look: an operator who restores a backend retries its jobs at once.
    const said = await this.#store.recall(keyOf(what));
    if (said === missed.said) return causeFor(job);
    this.#missed.set(what, { said, looks: 0 });
    return null;
  }

  #own(): Set<string> {
    return new Set(
      this.#backends.flatMap(({ name, capabilities: { kinds, onRequest = false } }) => [
        `backend ${name}`,
        ...(onRequest ? [] : kinds.map((kind) => `kind ${kind}`)),
      ]),
    );
  }
}

function neededBy({ backendRequested: name, transformation: { kind } }: Job): string {
  return name === 'auto' ? `kind ${kind}` : `backend ${name}`;
}

/** Encoded, because the names of backends may contain characters that are not allowed in keys. */
function keyOf(what: string): string {
  return `workers-${Buffer.from(what).toString('base64url')}`;
}

function causeFor({ backendRequested: name, transformation: { kind } }: Job): JobCause {
  const [what, remedy] =
    name === 'auto'
      ? [
          `a backend for jobs of kind ${kind} in its settings`,
          'Restore one in the settings and retry the job.',
        ]
      : [
          `the requested backend ${name} in its settings`,
          `Restore ${name} in the settings and retry the job, or submit it for another backend.`,
        ];
  const message = `It was not started: no worker has had ${what} for ${ABSENT_MS / 60_000} minutes. ${remedy}`;
  return { class: 'backend', code: 'backend-removed', message };
}
