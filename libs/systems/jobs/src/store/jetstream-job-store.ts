import { VersionConflictError } from '@nestjs-spark/contracts';
import type { Logger } from '@nestjs-spark/foundation';
import {
  BigPayloads,
  type JetStreamConnection,
  type RecordMessage,
  type RecordStream,
  type RecordWrite,
  type StoredRecord,
} from '@nestjs-spark/jetstream/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { StoredContent } from '../job/content-names.ts';
import { recordOf } from '../job/fit-record.ts';
import type { Job } from '../job/job.ts';
import { moved, stamped } from '../job/move.ts';
import { readJob } from '../job/read-job.ts';
import { isTerminal, type JobStatus } from '../job/status.ts';
import {
  JobExistsError,
  laneOf,
  type FollowFrom,
  type JobPage,
  type JobQuery,
  type JobStore,
  type QueuedJob,
  type StoredJob,
} from '../job/store.ts';
import { JetStreamLanes } from './jetstream-lanes.ts';
import { contentsOf, isQueued, JOBS_PLACE, queuedIn, STATE, WAITING } from './job-place.ts';
import { listJobs } from './list-jobs.ts';
import { recordsOfJobs } from './provision-jobs.ts';

/** What a store in JetStream needs. */
export interface JetStreamJobStoreOptions {
  connection: JetStreamConnection;
  log: Logger;
  limits: Readonly<Record<string, number>>;
  retentionMs: number;
  /** The name of its stream. Default `SPARK_JOBS`. */
  stream?: string;
  /** What its subjects begin with. Default `spark.jobs`. */
  root?: string;
  /** A job whose worker has not been heard from for this long is given to another. Default 30,000. */
  ackWaitMs?: number;
}

/** How many messages of one job are searched for one that a store of jobs has written. */
const MOST_OF_ONE = 1_000;

/**
 * Keeps jobs in one JetStream stream. The messages of a job are its changes; the last one is the job. A job that is queued is a
 * message of its lane, so storing it and queueing it are one write.
 */
export class JetStreamJobStore implements JobStore {
  readonly name = 'jetstream';
  readonly durable = true;
  readonly #options: JetStreamJobStoreOptions;
  readonly #records: RecordStream;
  readonly #lanes: JetStreamLanes;
  readonly #contents: BigPayloads;
  foreign = 0;
  #lastForeign = 0;

  constructor(options: JetStreamJobStoreOptions) {
    const { connection, stream = JOBS_PLACE.stream, root = JOBS_PLACE.root, ackWaitMs = 30_000 } = options;
    this.#options = options;
    this.#records = recordsOfJobs(connection, { stream, root }, options.retentionMs);
    this.#contents = new BigPayloads(connection, contentsOf(stream));
    const { log, limits } = options;
    this.#lanes = new JetStreamLanes({
      connection,
      log,
      limits,
      records: this.#records,
      root,
      stream,
      ackWaitMs,
      read: (record) => this.#read(record),
    });
  }

  health(): { ready: boolean; detail: string } {
    return this.#options.connection.health();
  }

  async add(jobs: readonly Job[]): Promise<number[]> {
    const [first] = jobs;
    const placed = jobs.every(({ dueAt }) => dueAt === null) ? jobs : await this.#placed(jobs);
    try {
      const [only] = placed;
      if (placed.length === 1 && only)
        return [await this.#records.write(this.#message(only), this.#how(only, 0))];
      const sequence = await this.#records.writeTogether(
        placed.map((job) => ({ ...this.#message(job), publishAt: this.#how(job, 0).publishAt })),
      );
      return jobs.map((_, index) => sequence + index);
    } catch (error) {
      throw error instanceof VersionConflictError ? new JobExistsError(first?.jobId ?? '') : error;
    }
  }

  async get(jobId: string): Promise<StoredJob | null> {
    const last = ID.test(jobId) ? await this.#records.last(jobId) : null;
    return last && (this.#read(last) ?? (await this.#before(last)));
  }

  replace(job: Job, revision: number): Promise<number> {
    return this.#records.write(this.#message(job), {
      ...this.#how(job, revision),
      ...(isTerminal(job.status) && wasWaiting(job) ? { takeBack: WAITING } : {}),
    });
  }

  take(signal: AbortSignal): Promise<QueuedJob | null> {
    return this.#lanes.take(signal);
  }

  list(query: JobQuery): Promise<JobPage> {
    return listJobs(query, {
      bounds: () => this.#records.bounds(),
      range: async (from, to) =>
        (await this.#records.range(from, to)).flatMap((record) => this.#read(record) ?? []),
    });
  }

  async position(): Promise<number> {
    return (await this.#records.bounds()).last;
  }

  async *follow(
    signal: AbortSignal,
    { after, jobId, status, leftOut }: FollowFrom = {},
  ): AsyncGenerator<StoredJob> {
    for await (const record of this.#records.follow(after ?? 'now', signal, jobId)) {
      const stored = status === undefined || mayBe(status, record) ? this.#read(record) : null;
      if (stored && (status === undefined || stored.job.status === status)) yield stored;
      else leftOut?.(record.sequence);
    }
  }

  queued(): Promise<Record<string, number>> {
    return this.#lanes.counts();
  }

  open(): Promise<number> {
    return this.#lanes.open();
  }

  putContent(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#contents.storeStream(name, content);
  }

  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    return this.#contents.open(name);
  }

  listContents(): Promise<StoredContent[]> {
    return this.#contents.list();
  }

  removeContent(name: string): Promise<void> {
    return this.#contents.remove(name);
  }

  remember(cacheKey: string, jobId: string): Promise<void> {
    return this.#records.putValue(cacheKey, jobId);
  }

  recall(cacheKey: string): Promise<string | null> {
    return this.#records.getValue(cacheKey);
  }

  /** The connection is the application's. */
  async close(): Promise<void> {
    await this.#lanes.close();
  }

  /** What the job was before a message that is not ours. Its next change is the last message again. */
  async #before({ id, sequence }: StoredRecord): Promise<StoredJob | null> {
    const history = await this.#records.history(id, MOST_OF_ONE);
    for (const record of history.toReversed()) {
      const earlier = this.#read(record);
      if (earlier) return { ...earlier, revision: sequence };
    }
    return null;
  }

  /** Null for what no store of jobs has written: it is counted, and logged once. */
  #read(record: StoredRecord): StoredJob | null {
    const stored = read(record);
    if (stored === null && record.sequence > this.#lastForeign) {
      if (this.foreign++ === 0)
        this.#options.log.warn(
          `Message ${record.sequence} of job ${record.id} is not a job and is ignored. Further messages of this kind are only counted.`,
        );
      this.#lastForeign = record.sequence;
    }
    return stored;
  }

  /** A job that waits for its time is published again then; it keeps the place that it has now. */
  async #placed(jobs: readonly Job[]): Promise<readonly Job[]> {
    const order = await this.position();
    return jobs.map((job) => (job.dueAt === null ? job : { ...job, order }));
  }

  #message(job: Job): RecordMessage {
    const part = job.dueAt !== null ? WAITING : job.status === 'Queued' ? this.#queue(job) : STATE;
    return { id: job.jobId, part, payload: recordOf(job) };
  }

  #how(job: Job, after: number): RecordWrite {
    if (job.dueAt !== null)
      return { after, publishAt: { time: new Date(job.dueAt), part: this.#queue(job) } };
    if (job.status === 'Queued') return { after };
    // What runs ends by its time, so what says that it runs need not be kept for longer either.
    const lives = isTerminal(job.status) ? 0 : job.options.timeoutMs;
    return { after, ttlSeconds: Math.ceil((this.#options.retentionMs + lives) / 1_000) };
  }

  #queue(job: Job): string {
    return queuedIn(laneOf(job, this.#options.limits));
  }
}

/** Ids are parts of subjects. */
const ID = /^[\w-]{1,100}$/;

/** The job of a message; null when it is none. One that waited for its time is queued when the server publishes it there. */
function read({ id, part, payload, sequence, time }: StoredRecord): StoredJob | null {
  const job = readJob(decodeUtf8(payload), id);
  if (!job) return null;
  if (isQueued(part) && job.dueAt !== null) {
    // Under which number it began to wait is not known any more: before this one.
    const waited = stamped(job, sequence - 1).job;
    return stamped(moved(waited, 'Queued', 'store', {}, time), sequence);
  }
  const isInPlace =
    job.dueAt !== null ? part === WAITING : job.status === 'Queued' ? isQueued(part) : part === STATE;
  return isInPlace ? stamped(job, sequence) : null;
}

/** Whether a record may have that status. Most have another, which is seen without reading them. */
function mayBe(status: JobStatus, { payload }: StoredRecord): boolean {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes(`"status":"${status}"`);
}

function wasWaiting({ transitions }: Job): boolean {
  const before = transitions.at(-2)?.status;
  return before === 'Submitted' || before === 'Retrying';
}
