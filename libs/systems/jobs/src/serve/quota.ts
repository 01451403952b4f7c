import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket } from '@nestjs-spark/modules/internal';
import { bytesSentBy } from '../job/content-names.ts';
import type { Submitter } from '../job/job.ts';
import { submitterKey } from '../submit/new-job.ts';
import type { JobQuotas } from '../settings/schema.ts';
import type { JobStore } from '../job/store.ts';
import { QueueRoom } from './queue-room.ts';

/** Inputs are removed some time after their jobs. */
const INPUTS_RETRY_SECONDS = 600;
const MOST_KNOWN = 10_000;
/** How long a count of kept inputs may be reused while there is plenty of room, in milliseconds: to count them, all contents are listed. */
const KEPT_MS = 10_000;

/** An input that is being sent. */
export interface SentInput {
  /** @throws {ProblemError} `tooMany` (429) at the first byte beyond the quota */
  count(bytes: number): void;
  /** @param kept whether it was stored and counts while it is kept */
  end(kept: boolean): void;
}

/** The inputs that one submitter is sending at the moment; concurrent ones count together. */
interface Sending {
  open: number;
  before: Promise<number>;
  bytes: number;
}

/** Enforces the quotas for submissions. */
export class JobQuota {
  readonly #quotas: JobQuotas;
  readonly #store: JobStore;
  readonly #buckets = new Map<string, Bucket>();
  readonly #sending = new Map<string, Sending>();
  /** How many bytes of inputs a submitter has: the last count, plus those added since. */
  readonly #kept = new Map<string, { at: number; bytes: number }>();
  readonly #room: QueueRoom;
  constructor(quotas: JobQuotas, store: JobStore) {
    this.#quotas = quotas;
    this.#store = store;
    this.#room = new QueueRoom(quotas.queued, store);
  }

  /**
   * Admits jobs, which `add` stores.
   * @throws {ProblemError} `tooMany` (429) with the delay after which to retry
   */
  async letIn<T>(submitter: Submitter, jobs: number, add: () => Promise<T>): Promise<T> {
    this.#take(submitterKey(submitter), jobs);
    return await this.#room.letIn(jobs, add);
  }

  /**
   * Counts inputs that come with their jobs while those are stored.
   * @throws {ProblemError} `tooMany` (429) if they exceed the quota
   */
  async storing<T>(submitter: Submitter, bytes: number, store: () => Promise<T>): Promise<T> {
    if (bytes === 0) return await store();
    const sent = await this.sending(submitter, bytes);
    let isKept = false;
    try {
      sent.count(bytes);
      const stored = await store();
      isKept = true;
      return stored;
    } finally {
      sent.end(isKept);
    }
  }

  /**
   * Counts the bytes of one input that a submitter is sending; inputs sent before count while they are kept.
   * @param size how many there will be, if that is known
   */
  async sending(submitter: Submitter, size = Infinity): Promise<SentInput> {
    const key = submitterKey(submitter);
    const most = this.#quotas.inputBytes;
    const sending = this.#sending.get(key) ?? { open: 0, before: this.#bytesOf(key, size), bytes: 0 };
    this.#sending.set(key, sending);
    sending.open++;
    let sent = 0;
    const end = (kept: boolean): void => {
      const known = this.#kept.get(key);
      if (!kept) sending.bytes -= sent;
      else if (known) known.bytes += sent;
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

  async #bytesOf(key: string, coming: number): Promise<number> {
    const known = this.#kept.get(key);
    const isFresh = known !== undefined && performance.now() - known.at < KEPT_MS;
    if (isFresh && known.bytes + coming <= this.#quotas.inputBytes / 2) return known.bytes;
    const counted = { at: performance.now(), bytes: bytesSentBy(key, await this.#store.listContents()) };
    this.#keep(key, counted);
    return counted.bytes;
  }

  #keep(key: string, counted: { at: number; bytes: number }): void {
    if (this.#kept.size >= MOST_KNOWN) this.#kept.delete(this.#kept.keys().next().value ?? '');
    this.#kept.set(key, counted);
  }

  /** All or none: a batch that is refused must not use up what it waits for. */
  #take(submitter: string, jobs: number): void {
    const { perSecond } = this.#quotas;
    const limits = { burst: Math.max(perSecond, MOST_AT_ONCE), refillMs: 1_000 / perSecond };
    const taken = takeToken(this.#buckets.get(submitter) ?? null, limits, performance.now(), jobs);
    // Drop the oldest: a submitter that returns starts with a full bucket, which is harmless.
    if (this.#buckets.size >= MOST_KNOWN) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    this.#buckets.set(submitter, taken.bucket);
    if (taken.waitMs === 0) return;
    throw new ProblemError('tooMany', `You may submit ${perSecond} jobs a second.`, {
      retryAfterSeconds: taken.waitMs / 1_000,
    });
  }
}

/** A whole batch may be submitted at once. */
const MOST_AT_ONCE = 500;
