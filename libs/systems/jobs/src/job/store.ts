import type { StoredContent } from './content-names.ts';
import type { Job, Submitter } from './job.ts';
import type { JobStatus } from './status.ts';

/** A job with the number of its last change. Every change carries the number that it follows: that is the fence. */
export interface StoredJob {
  job: Job;
  revision: number;
}

/** A job that a worker was given. Until it says `done` it is kept from others, as long as `working` is called in time. */
export interface QueuedJob {
  jobId: string;
  /** How often it was handed out since it was queued, this time included. */
  times: number;
  /** The job as it was queued, where that is known: it may have changed since. */
  queued?: StoredJob;
  working(): void;
  done(): Promise<void>;
  /** Gives it to another worker: at once, or after a time in which it keeps none of them busy. */
  giveBack(afterMs?: number): Promise<void>;
}

/** Which jobs are listed; all that are given have to fit. */
export interface JobQuery {
  status?: JobStatus;
  label?: string;
  backend?: string;
  name?: string;
  batchId?: string;
  /** Null: everybody's. */
  submitter: Submitter | null;
  take: number;
  cursor?: string;
}

/** Which changes are followed; all of them, where nothing is said. */
export interface FollowFrom {
  after?: number | undefined;
  jobId?: string | undefined;
  /** Only the changes to this status. */
  status?: JobStatus | undefined;
  /** Is told of the changes that are not, so that an interrupted reader need not read them again. */
  leftOut?: ((revision: number) => void) | undefined;
}

/** A page of jobs, the newest first by creation; with a cursor there are more. */
export interface JobPage {
  items: StoredJob[];
  cursor: string | null;
}

/** Keeps jobs, their queue and their contents. Every store runs the same suite (`job-store.conformance.ts`). */
export interface JobStore {
  readonly name: string;
  /** Whether jobs outlive the process. */
  readonly durable: boolean;
  /** How many messages it has ignored because no store of jobs wrote them. */
  readonly foreign: number;
  /** Whether it works now; the reason where it does not. */
  health(): { ready: boolean; detail: string };
  /**
   * Stores new jobs, all or none. One that is `Queued` can be taken; one with a `dueAt` is queued then.
   * @throws {JobExistsError} when one of the ids is known; nothing is stored then
   */
  add(jobs: readonly Job[]): Promise<number[]>;
  get(jobId: string): Promise<StoredJob | null>;
  /**
   * Stores a job's next state. `Queued` puts it into the queue again, a `dueAt` later.
   * @throws {VersionConflictError} when somebody else changed it since: read it again and decide by what is there
   */
  replace(job: Job, revision: number): Promise<number>;
  /** Waits for the job whose turn it is; null when aborted. */
  take(signal: AbortSignal): Promise<QueuedJob | null>;
  list(query: JobQuery): Promise<JobPage>;
  /** The number of the last change of all. */
  position(): Promise<number>;
  /** Every change after a revision in their order, and then as they come; without one only those to come. */
  follow(signal: AbortSignal, from?: FollowFrom): AsyncIterable<StoredJob>;
  /** How many wait, by lane. @param exact asks again even if that was asked a moment ago */
  queued(exact?: boolean): Promise<Record<string, number>>;
  putContent(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Null when it is not there. */
  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** All contents that are kept. */
  listContents(): Promise<StoredContent[]>;
  /** Harmless when it is not there. */
  removeContent(name: string): Promise<void>;
  /** Remembers which job has the result for a key of the cache. */
  remember(cacheKey: string, jobId: string): Promise<void>;
  recall(cacheKey: string): Promise<string | null>;
  close(): Promise<void>;
}

/** A job of that id is stored already. */
export class JobExistsError extends Error {
  override readonly name = 'JobExistsError';
  readonly jobId: string;

  constructor(jobId: string) {
    super(`Job ${jobId} exists already`);
    this.jobId = jobId;
  }
}

/** Settings that the lanes of a queue come from. */
export interface LaneLimits {
  /** How many jobs of a label may run at once, over all instances. */
  limits: Readonly<Record<string, number>>;
}

/** The three lanes by priority, in the order in which they are served. */
export const PRIORITY_LANES = ['high', 'normal', 'low'] as const;

/** The lane in which a job waits: that of its first label with a limit, else that of its priority. */
export function laneOf(
  { labels, priority }: Pick<Job, 'labels' | 'priority'>,
  limits: LaneLimits['limits'],
): string {
  const label = labels.find((one) => Object.hasOwn(limits, one));
  if (label !== undefined) return `label-${label}`;
  if (priority >= 7) return 'high';
  return priority >= 4 ? 'normal' : 'low';
}
