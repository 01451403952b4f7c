import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket } from '@nestjs-spark/modules/internal';
import type { JobQuotas } from '../settings/settings.ts';
import type { JobStore } from '../job/store.ts';

/** How long a submitter is asked to wait when the queue is full. */
const FULL_RETRY_SECONDS = 5;
const MOST_KNOWN = 10_000;

/** Bounds what may be submitted. */
export class JobQuota {
  readonly #quotas: JobQuotas;
  readonly #store: JobStore;
  readonly #buckets = new Map<string, Bucket>();

  constructor(quotas: JobQuotas, store: JobStore) {
    this.#quotas = quotas;
    this.#store = store;
  }

  /** @throws {ProblemError} `tooMany` (429) with the time after which it makes sense again */
  async take(subject: string, jobs: number): Promise<void> {
    for (let job = 0; job < jobs; job++) this.#takeOne(subject);
    const waiting = Object.values(await this.#store.queued()).reduce((sum, count) => sum + count, 0);
    if (waiting + jobs <= this.#quotas.queued) return;
    throw new ProblemError('tooMany', `${waiting} jobs wait; at most ${this.#quotas.queued} may.`, {
      retryAfterSeconds: FULL_RETRY_SECONDS,
    });
  }

  #takeOne(subject: string): void {
    const { perSecond } = this.#quotas;
    const limits = { burst: Math.max(perSecond, MOST_AT_ONCE), refillMs: 1_000 / perSecond };
    const taken = takeToken(this.#buckets.get(subject) ?? null, limits, performance.now());
    // The oldest goes: whoever submits again begins with a full bucket, which is harmless.
    if (this.#buckets.size >= MOST_KNOWN) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    this.#buckets.set(subject, taken.bucket);
    if (taken.waitMs === 0) return;
    throw new ProblemError('tooMany', `You may submit ${perSecond} jobs a second.`, {
      retryAfterSeconds: taken.waitMs / 1_000,
    });
  }
}

/** A whole batch may come at once. */
const MOST_AT_ONCE = 500;
