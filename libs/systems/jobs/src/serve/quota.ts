import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket } from '@nestjs-spark/modules/internal';
import { bytesSentBy } from '../job/content-names.ts';
import type { Submitter } from '../job/job.ts';
import { submitterKey } from '../submit/new-job.ts';
import type { JobQuotas } from '../settings/schema.ts';
import type { JobStore } from '../job/store.ts';

/** How long a submitter is asked to wait when the queue is full. */
const FULL_RETRY_SECONDS = 5;
/** Inputs leave some time after their jobs. */
const INPUTS_RETRY_SECONDS = 600;
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
  async take(submitter: Submitter, jobs: number): Promise<void> {
    for (let job = 0; job < jobs; job++) this.#takeOne(submitterKey(submitter));
    const waiting = Object.values(await this.#store.queued()).reduce((sum, count) => sum + count, 0);
    if (waiting + jobs <= this.#quotas.queued) return;
    throw new ProblemError('tooMany', `${waiting} jobs wait; at most ${this.#quotas.queued} may.`, {
      retryAfterSeconds: FULL_RETRY_SECONDS,
    });
  }

  /**
   * A count of the bytes of one input that a submitter sends; what it has sent before counts as long as it is kept.
   * @throws {ProblemError} `tooMany` (429), the count with the first byte that is too much
   */
  async sending(submitter: Submitter): Promise<(bytes: number) => void> {
    const most = this.#quotas.inputBytes;
    let sent = bytesSentBy(submitterKey(submitter), await this.#store.listContents());
    return (bytes) => {
      sent += bytes;
      if (sent <= most) return;
      throw new ProblemError('tooMany', `Your inputs may have ${most} bytes together while they are kept.`, {
        retryAfterSeconds: INPUTS_RETRY_SECONDS,
      });
    };
  }

  #takeOne(submitter: string): void {
    const { perSecond } = this.#quotas;
    const limits = { burst: Math.max(perSecond, MOST_AT_ONCE), refillMs: 1_000 / perSecond };
    const taken = takeToken(this.#buckets.get(submitter) ?? null, limits, performance.now());
    // The oldest goes: whoever submits again begins with a full bucket, which is harmless.
    if (this.#buckets.size >= MOST_KNOWN) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    this.#buckets.set(submitter, taken.bucket);
    if (taken.waitMs === 0) return;
    throw new ProblemError('tooMany', `You may submit ${perSecond} jobs a second.`, {
      retryAfterSeconds: taken.waitMs / 1_000,
    });
  }
}

/** A whole batch may come at once. */
const MOST_AT_ONCE = 500;
