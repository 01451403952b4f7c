import { VersionConflictError } from '@nestjs-spark/contracts';
import { longTimer } from '@nestjs-spark/foundation/internal';
import type { StoredContent } from '../job/content-names.ts';
import type { Job } from '../job/job.ts';
import { isRunning, isTerminal } from '../job/status.ts';
import { moved } from '../job/move.ts';
import {
  JobExistsError,
  type FollowFrom,
  laneOf,
  type JobPage,
  type JobQuery,
  type JobStore,
  type QueuedJob,
  type StoredJob,
} from '../job/store.ts';
import { ChangeFeed } from './change-feed.ts';
import { LaneQueue } from './lane-queue.ts';
import { PageOfJobs } from './page-of-jobs.ts';
import { Takers } from './takers.ts';

/** Settings of a store in memory. */
export interface MemoryJobStoreOptions {
  limits: Readonly<Record<string, number>>;
  retentionMs: number;
}

/** Keeps jobs in this process: for tests, and where one process does everything. Jobs end with it. */
export class MemoryJobStore implements JobStore {
  readonly name = 'memory';
  readonly durable = false;
  readonly foreign = 0;
  readonly #options: MemoryJobStoreOptions;
  /** In the order of their creation. */
  readonly #jobs = new Map<string, StoredJob>();
  readonly #feed = new ChangeFeed(() => this.#jobs.values());
  readonly #queue: LaneQueue;
  readonly #takers = new Takers();
  /** Stops the timer of each scheduled job. */
  readonly #waiting = new Map<string, () => void>();
  /** Those that wait until they are handed out again. */
  readonly #later = new Set<NodeJS.Timeout>();
  /** How often each job that is queued was handed out. */
  readonly #times = new Map<string, number>();
  /** Jobs that a worker gave back while they ran: the next one adopts them. */
  readonly #orphans = new Set<string>();
  /** Those that have not ended. */
  readonly #open = new Set<string>();
  readonly #contents = new Map<string, { parts: Uint8Array[]; at: number }>();
  readonly #cache = new Map<string, string>();
  /** The cache key of each job that is in the cache. */
  readonly #cachedAs = new Map<string, string>();
  readonly #ended: { jobId: string; until: number }[] = [];

  constructor(options: MemoryJobStoreOptions) {
    this.#options = options;
    this.#queue = new LaneQueue(options.limits);
  }

  health(): { ready: boolean; detail: string } {
    return { ready: true, detail: 'jobs are kept in this process and end with it' };
  }

  async add(jobs: readonly Job[]): Promise<number[]> {
    const known = jobs.find(({ jobId }) => this.#jobs.has(jobId));
    if (known) throw new JobExistsError(known.jobId);
    return jobs.map((job) => this.#write(job));
  }

  async get(jobId: string): Promise<StoredJob | null> {
    return this.#jobs.get(jobId) ?? null;
  }

  async replace(job: Job, revision: number): Promise<number> {
    if (this.#jobs.get(job.jobId)?.revision !== revision) throw new VersionConflictError(job.jobId);
    return this.#write(job);
  }

  take(signal: AbortSignal): Promise<QueuedJob | null> {
    const taken = this.#takers.wait(signal);
    this.#serve();
    return taken;
  }

  async list(query: JobQuery): Promise<JobPage> {
    const page = new PageOfJobs(query);
    for (const stored of [...this.#jobs.values()].toReversed()) {
      page.offer(stored);
      if (page.isWhole(stored.job.order ?? 0)) break;
    }
    return page.done();
  }

  async position(): Promise<number> {
    return this.#feed.last;
  }

  async *follow(
    signal: AbortSignal,
    { after = this.#feed.last, jobId, status, leftOut }: FollowFrom = {},
  ): AsyncGenerator<StoredJob> {
    for await (const stored of this.#feed.read(after, signal)) {
      if (jobId !== undefined && stored.job.jobId !== jobId) continue;
      if (status === undefined || stored.job.status === status) yield stored;
      else leftOut?.(stored.revision);
    }
  }

  async queued(): Promise<Record<string, number>> {
    return this.#queue.counts();
  }

  async open(): Promise<number> {
    return this.#open.size;
  }

  async putContent(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    this.#contents.set(name, { parts, at: Date.now() });
  }

  async openContent(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    const content = this.#contents.get(name);
    return content ? inParts(content.parts) : null;
  }

  async listContents(): Promise<StoredContent[]> {
    return [...this.#contents].map(([name, { parts, at }]) => ({ name, bytes: sizeOf(parts), at }));
  }

  async removeContent(name: string): Promise<void> {
    this.#contents.delete(name);
  }

  async remember(cacheKey: string, jobId: string): Promise<void> {
    this.#cache.set(cacheKey, jobId);
    // Not every value is a job: what is none stays.
    if (this.#jobs.has(jobId)) this.#cachedAs.set(jobId, cacheKey);
  }

  async recall(cacheKey: string): Promise<string | null> {
    return this.#cache.get(cacheKey) ?? null;
  }

  async close(): Promise<void> {
    for (const stop of this.#waiting.values()) stop();
    for (const timer of this.#later) clearTimeout(timer);
    this.#takers.sendAway();
  }

  #write(job: Job): number {
    const stored = this.#feed.add(job);
    this.#jobs.set(job.jobId, stored);
    this.#waiting.get(job.jobId)?.();
    this.#waiting.delete(job.jobId);
    if (!isRunning(job.status)) this.#times.delete(job.jobId);
    if (isTerminal(job.status)) this.#open.delete(job.jobId);
    else this.#open.add(job.jobId);
    if (isTerminal(job.status)) this.#forgetLater(job.jobId);
    else if (job.dueAt !== null) this.#queueAt(stored.job, Date.parse(job.dueAt));
    else if (job.status === 'Queued') {
      this.#queue.push(laneOf(job, this.#options.limits), job.jobId);
      this.#serve();
    }
    return stored.revision;
  }

  #queueAt(job: Job, due: number): void {
    const ring = (): void => {
      if (Date.now() < due) this.#queueAt(job, due);
      else this.#write(moved(job, 'Queued', 'store'));
    };
    this.#waiting.set(job.jobId, longTimer(due - Date.now(), ring));
  }

  #serve(): void {
    while (this.#takers.size > 0) {
      const next = this.#next();
      if (!next) return;
      this.#takers.give(next);
    }
  }

  #next(): QueuedJob | null {
    for (let next = this.#queue.take(); next; next = this.#queue.take()) {
      const { lane, jobId } = next;
      const status = this.#jobs.get(jobId)?.job.status;
      const isOrphan = this.#orphans.delete(jobId);
      if (status === 'Queued' || (isOrphan && isRunning(status))) return this.#handOut(lane, jobId);
      this.#queue.free(lane);
    }
    return null;
  }

  #handOut(lane: string, jobId: string): QueuedJob {
    let held = true;
    const free = async (): Promise<void> => {
      if (!held) return;
      held = false;
      this.#queue.free(lane);
      this.#serve();
    };
    const offerAgain = (): void => {
      if (isRunning(this.#jobs.get(jobId)?.job.status)) this.#orphans.add(jobId);
      this.#queue.push(lane, jobId);
      this.#serve();
    };
    const giveBack = async (afterMs = 0): Promise<void> => {
      if (!held) return;
      if (afterMs > 0) {
        const timer = setTimeout(() => {
          this.#later.delete(timer);
          offerAgain();
        }, afterMs).unref();
        this.#later.add(timer);
      } else offerAgain();
      await free();
    };
    const times = (this.#times.get(jobId) ?? 0) + 1;
    this.#times.set(jobId, times);
    return { jobId, times, working: () => {}, done: free, giveBack };
  }

  /** What has to go leaves with the next job that ends, so nothing needs a timer. */
  #forgetLater(jobId: string): void {
    const now = Date.now();
    this.#ended.push({ jobId, until: now + this.#options.retentionMs });
    while ((this.#ended[0]?.until ?? Infinity) <= now) {
      const gone = this.#ended.shift();
      if (gone) this.#forget(gone.jobId);
    }
  }

  #forget(jobId: string): void {
    this.#jobs.delete(jobId);
    const key = this.#cachedAs.get(jobId) ?? '';
    this.#cachedAs.delete(jobId);
    if (this.#cache.get(key) === jobId) this.#cache.delete(key);
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function* inParts(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
