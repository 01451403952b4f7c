import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket } from '@nestjs-spark/modules/internal';
import { bytesSentBy } from '../job/content-names.ts';
import type { Submitter } from '../job/job.ts';
import { submitterKey } from '../submit/new-job.ts';
import type { JobQuotas } from '../settings/schema.ts';
import type { JobStore } from '../job/store.ts';
import { QueueRoom } from './queue-room.ts';

/** Inputs leave some time after their jobs. */
const INPUTS_RETRY_SECONDS = 600;
const MOST_KNOWN = 10_000;

/** An input that is being sent. */
export interface SentInput {
  /** @throws {ProblemError} `tooMany` (429) with the first byte that is too much */
  count(bytes: number): void;
  /** @param kept whether it is stored, and counts as long as it is */
  end(kept: boolean): void;
}

/** What one submitter is sending: inputs that are sent concurrently count together. */
interface Sending {
  open: number;
  before: Promise<number>;
  bytes: number;
}

/** Bounds what may be submitted. */
export class JobQuota {
  readonly #quotas: JobQuotas;
  readonly #store: JobStore;
  readonly #buckets = new Map<string, Bucket>();
  readonly #sending = new Map<string, Sending>();
  readonly #room: QueueRoom;
  constructor(quotas: JobQuotas, store: JobStore) {
    this.#quotas = quotas;
    this.#store = store;
    this.#room = new QueueRoom(quotas.queued, store);
  }

  /**
   * Lets jobs in, which `add` stores.
   * @throws {ProblemError} `tooMany` (429) with the time after which it makes sense again
   */
  async letIn<T>(submitter: Submitter, jobs: number, add: () => Promise<T>): Promise<T> {
    for (let job = 0; job < jobs; job++) this.#takeOne(submitterKey(submitter));
    return this.#room.letIn(jobs, add);
  }

  /** A count of the bytes of one input that a submitter sends; what it has sent before counts as long as it is kept. */
  async sending(submitter: Submitter): Promise<SentInput> {
    const key = submitterKey(submitter);
    const most = this.#quotas.inputBytes;
    const sending = this.#sending.get(key) ?? { open: 0, before: this.#bytesOf(key), bytes: 0 };
    this.#sending.set(key, sending);
    sending.open++;
    let sent = 0;
    const end = (kept: boolean): void => {
      if (!kept) sending.bytes -= sent;
      if (--sending.open === 0) this.#sending.delete(key);
    };
    const before = await sending.before.catch((error: unknown) => {
      end(false);
      throw error;
    });
    const count = (bytes: number): void => {
      sent += bytes;
      sending.bytes += bytes;
      if (before + sending.bytes <= most) return;
      throw new ProblemError('tooMany', `Your stored inputs may have at most ${most} bytes in total.`, {
        retryAfterSeconds: INPUTS_RETRY_SECONDS,
      });
    };
    return { count, end };
  }

  async #bytesOf(key: string): Promise<number> {
    return bytesSentBy(key, await this.#store.listContents());
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
