import type { StoredContent } from './content-names.ts';
import type { Job, Submitter } from './job.ts';
import type { JobStatus } from './status.ts';

/** A job with its revision. Every change names the revision it is based on, which is the fence. */
export interface StoredJob {
  job: Job;
  revision: number;
}

/** A job handed out to a worker. Until `done` it is kept from others, as long as `working` is called in time. */
export interface QueuedJob {
  jobId: string;
  /** How often it was handed out since it was queued, including this time. */
  times: number;
  /** The job as queued, if known. It may have changed since. */
  queued?: StoredJob;
  working(): void;
  done(): Promise<void>;
  /** Gives it to another worker, immediately or after a delay during which it occupies none. */
  giveBack(afterMs?: number): Promise<void>;
}

/** Filters for jobs; a job has to match all of them. */
export interface JobQuery {
  status?: JobStatus;
  label?: string;
  backend?: string;
  name?: string;
  batchId?: string;
  /** Null for the jobs of all submitters. */
  submitter: Submitter | null;
  take: number;
  cursor?: string;
}

/** The changes to follow; all of them by default. */
export interface FollowFrom {
  after?: number | undefined;
  jobId?: string | undefined;
  /** Only changes to this status. */
  status?: JobStatus | undefined;
  /** Called for changes that are filtered out, so that an interrupted reader need not read them again. */
  leftOut?: ((revision: number) => void) | undefined;
}

/** A page of jobs, most recently created first; a cursor means that there are more. */
export interface JobPage {
  items: StoredJob[];
  cursor: string | null;
}

/** Keeps jobs, their queue and their contents. Every implementation passes the same suite (`job-store.conformance.ts`). */
export interface JobStore {
  readonly name: string;
  /** Whether jobs outlive the process. */
  readonly durable: boolean;
  /** How many messages were ignored because no job store had written them. */
  readonly foreign: number;
  /** Whether it is working; otherwise `detail` has the reason. */
  health(): { ready: boolean; detail: string };
  /**
   * Stores new jobs, all or none. A `Queued` job can be taken; a job with a `dueAt` is queued at that time.
   * @throws {JobExistsError} if one of the ids exists; then nothing is stored
   */
  add(jobs: readonly Job[]): Promise<number[]>;
  get(jobId: string): Promise<StoredJob | null>;
  /**
   * Stores a job's next state. `Queued` puts it back into the queue; with a `dueAt`, it is queued at that time.
   * @throws {VersionConflictError} if it was changed since: decide again on what is stored then
   */
  replace(job: Job, revision: number): Promise<number>;
  /** Waits for the next job; null when aborted. */
  take(signal: AbortSignal): Promise<QueuedJob | null>;
  list(query: JobQuery): Promise<JobPage>;
  /** The revision of the latest change of all. */
  position(): Promise<number>;
  /** Yields all changes after a revision in order, followed by new ones as they happen; without a revision only new ones. */
  follow(signal: AbortSignal, from?: FollowFrom): AsyncIterable<StoredJob>;
  /** The number of jobs that wait for a worker, per lane; it may be slightly out of date. */
  queued(): Promise<Record<string, number>>;
  /** The number of jobs that have not ended, whether they wait for a worker or for their time, or run. */
  open(): Promise<number>;
  putContent(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Null if it does not exist. */
  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** All stored contents. */
  listContents(): Promise<StoredContent[]>;
  /** Does nothing if it does not exist. */
  removeContent(name: string): Promise<void>;
  /** Records which job has the result for a cache key. */
  remember(cacheKey: string, jobId: string): Promise<void>;
  recall(cacheKey: string): Promise<string | null>;
  close(): Promise<void>;
}

/** A job with this id already exists. */
export class JobExistsError extends Error {
  override readonly name = 'JobExistsError';
  readonly jobId: string;

  constructor(jobId: string) {
    super(`Job ${jobId} exists already`);
    this.jobId = jobId;
  }
}

/** The settings that define the lanes of a queue. */
export interface LaneLimits {
  /** How many jobs of a label may run at once, across all instances. */
  limits: Readonly<Record<string, number>>;
}

/** The three priority lanes, in the order in which they are served. */
export const PRIORITY_LANES = ['high', 'normal', 'low'] as const;

/** The lane in which a job waits: that of its first label with a limit, otherwise that of its priority. */
export function laneOf(
  { labels, priority }: Pick<Job, 'labels' | 'priority'>,
  limits: LaneLimits['limits'],
): string {
  const label = labels.find((one) => Object.hasOwn(limits, one));
  if (label !== undefined) return `label-${label}`;
  if (priority >= 7) return 'high';
  return priority >= 4 ? 'normal' : 'low';
}
