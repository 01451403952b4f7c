import { noneWithId, ProblemError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { BackendGuards } from '../run/backend-guards.ts';
import { followOn } from '../run/follow-on.ts';
import type { ProgressBoard } from '../run/progress-board.ts';
import type { JobObserver } from '../run/parts.ts';
import { openContent } from '../run/read-input.ts';
import { JOB_NOT_FINISHED, JOB_NOT_SUCCEEDED, JOB_STATE, RESULT_EXPIRED } from '../job/problems.ts';
import { readAll } from '../job/content.ts';
import { isTerminal } from '../job/status.ts';
import type { JobBackend } from '../job/backend.ts';
import type { Job, JobResult } from '../job/job.ts';
import type { JobQuery, JobStore, StoredJob } from '../job/store.ts';
import { readBatch, readSubmission } from '../submit/read-submission.ts';
import type { JobSubmission } from '../submit/submission.ts';
import { APPLICATION, maySee, submitterOf, type JobAccess } from './access.ts';
import { viewOfBackend, type BackendView } from './backend-view.ts';
import { cancelled } from './cancelled.ts';
import { findBatch } from './find-batch.ts';
import { keepInput, type StoredInput } from './keep-input.ts';
import type { JobQuota } from './quota.ts';
import { Submissions, type Submitted, type SubmittedBatch } from './submissions.ts';
import { toldChanges } from './told-changes.ts';
import { eventOf, viewOf, type JobEventData, type JobView } from './view.ts';

/** The parts of the service. */
export interface JobsServiceParts {
  store: JobStore;
  backends: readonly JobBackend[];
  guards: BackendGuards;
  /** How many jobs this process executes at once. */
  limit: number;
  submissions: Submissions;
  quota: JobQuota;
  progress: ProgressBoard;
  observer: JobObserver;
}

/** An event of a job: a change of its status, or its progress. */
export interface JobEvent {
  /** The revision of the change, to resume after it; null for progress, which is not stored, and if more events with the same revision follow. */
  sequence: number | null;
  /** `job.` and the status in lower case, or `job.progress`. */
  type: string;
  data: JobEventData;
}

/** The events to follow. */
export interface JobEventQuery {
  jobId?: string;
  label?: string;
  /** The last known revision: events after it come first. */
  after?: number;
}

/** Submits, follows and cancels jobs, and returns their results. Inject it wherever jobs are needed. */
export class JobsService {
  readonly #parts: JobsServiceParts;

  constructor(parts: JobsServiceParts) {
    this.#parts = parts;
  }

  /**
   * Submits a job.
   * @throws {ProblemError} `invalid` (400), `jobRefused` (422) if nothing here can execute it, `idempotencyKeyInUse` (409), `tooMany` (429)
   */
  async submit(submission: JobSubmission, access: JobAccess = APPLICATION): Promise<JobView> {
    return (await this.submitText(JSON.stringify(submission), access)).job;
  }

  /** As `submit`, with the body as received: its numbers stay as they are written. */
  async submitText(text: string, access: JobAccess, idempotencyKey?: string): Promise<Submitted> {
    const submission = await readSubmission(text, idempotencyKey);
    return await this.#parts.submissions.submit(submission, access);
  }

  /** Submits jobs, all or none. The same `batchId` again returns the existing jobs. */
  async submitBatch(
    batch: { batchId?: string; jobs: JobSubmission[] },
    access: JobAccess = APPLICATION,
  ): Promise<SubmittedBatch> {
    return this.submitBatchText(JSON.stringify(batch), access);
  }

  /** As `submitBatch`, with the body as received. Without a `batchId`, the key identifies it. */
  async submitBatchText(text: string, access: JobAccess, key?: string): Promise<SubmittedBatch> {
    return this.#parts.submissions.submitBatch(await readBatch(text), access, key);
  }

  /**
   * Stores documents, as NDJSON lines `{"id","document"}`, for jobs that name them. @throws {ProblemError} `invalid` (400),
   * `tooMany` (429)
   */
  async keepInput(lines: AsyncIterable<Uint8Array>, access: JobAccess = APPLICATION): Promise<StoredInput> {
    return keepInput(lines, access, this.#parts.store, await this.#parts.quota.sending(access));
  }

  /**
   * A job as it is now, or once it has ended, if that is before `waitMs`.
   * @throws {ProblemError} `notFound` (404), also for the job of another caller
   */
  async get(jobId: string, access: JobAccess = APPLICATION, waitMs = 0): Promise<JobView> {
    const stored =
      waitMs > 0 ? await this.#untilEnded(jobId, access, waitMs) : await this.find(jobId, access);
    return viewOf(stored, this.#parts.progress.get(jobId));
  }

  /** The status of each job; null for an unknown id. */
  async statuses(jobIds: readonly string[], access: JobAccess = APPLICATION) {
    return Promise.all(
      jobIds.map(async (jobId) => {
        const stored = await this.#parts.store.get(jobId);
        return { jobId, status: stored && maySee(stored.job, access) ? stored.job.status : null };
      }),
    );
  }

  /** A page of jobs, newest first. */
  async list(query: Omit<JobQuery, 'submitter'>, access: JobAccess = APPLICATION) {
    const submitter = access.all ? null : submitterOf(access);
    const { items, cursor } = await this.#parts.store.list({ ...query, submitter });
    const seen = items.filter(({ job }) => maySee(job, access));
    return {
      items: seen.map((stored) => viewOf(stored, this.#parts.progress.get(stored.job.jobId))),
      cursor,
    };
  }

  /**
   * The result of a job that has succeeded, in parts.
   * @throws {ProblemError} `notFound` (404), `jobNotFinished` and `jobNotSucceeded` (409), `resultExpired` (410)
   */
  async result(
    jobId: string,
    access: JobAccess = APPLICATION,
  ): Promise<{ meta: JobResult; content: AsyncIterable<Uint8Array> }> {
    const { job } = await this.find(jobId, access);
    const members = { jobStatus: job.status, cause: job.cause };
    if (!isTerminal(job.status))
      throw new ProblemError(JOB_NOT_FINISHED, `The job is ${job.status}.`, {
        retryAfterSeconds: 1,
        members,
      });
    if (!job.result)
      throw new ProblemError(JOB_NOT_SUCCEEDED, `The job is ${job.status}: it has no result.`, { members });
    const content = await openContent(job.result, this.#parts.store);
    if (!content)
      throw new ProblemError(RESULT_EXPIRED, 'The result is no longer kept; submit the job again.');
    return { meta: job.result, content };
  }

  /** The result of a job of kind `handler`, as a value. @throws like `result` */
  async value(jobId: string, access: JobAccess = APPLICATION): Promise<unknown> {
    const { content } = await this.result(jobId, access);
    return JSON.parse((await readAll(content)).toString()) as unknown;
  }

  /**
   * Cancels a job. A waiting job is `Cancelled` immediately; a running job is `Cancelling` until it is proven to have stopped.
   * @throws {ProblemError} `notFound` (404); `jobState` (409) if it has ended otherwise
   */
  async cancel(
    jobId: string,
    access: JobAccess = APPLICATION,
    reason: string | null = null,
  ): Promise<JobView> {
    for (;;) {
      const stored = await this.find(jobId, access);
      const { job, revision } = stored;
      if (job.status === 'Cancelled' || job.status === 'Cancelling')
        return viewOf(stored, this.#parts.progress.get(jobId));
      if (isTerminal(job.status)) throw new ProblemError(JOB_STATE, `The job is ${job.status} already.`);
      const after = cancelled(job, access.subject, reason);
      try {
        const changed = await this.#parts.store.replace(after, revision);
        this.#parts.observer.moved(job, after);
        return viewOf({ job: after, revision: changed }, this.#parts.progress.get(jobId));
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
  }

  /**
   * Submits an ended job again, as a new one.
   * @throws {ProblemError} `notFound` (404); `jobState` (409) if it has not ended; `forbidden` (403) and `jobRefused` (422) like `submit`
   */
  async retry(jobId: string, access: JobAccess = APPLICATION): Promise<JobView> {
    return (await this.retryOnce(jobId, access)).job;
  }

  /** As `retry`; the same key again returns the same job. */
  async retryOnce(jobId: string, access: JobAccess, key?: string): Promise<Submitted> {
    const { job } = await this.find(jobId, access);
    if (!isTerminal(job.status))
      throw new ProblemError(JOB_STATE, `The job is ${job.status}: it has not ended.`);
    return this.#parts.submissions.again(job, access, key);
  }

  /** The jobs of a batch. @throws {ProblemError} `notFound` (404) if it has none */
  async batch(batchId: string, access: JobAccess = APPLICATION) {
    const jobs = await findBatch(batchId, access, this.#parts.store);
    if (jobs.length === 0) throw noneWithId('batch', batchId);
    const counts = Object.fromEntries(
      [...Map.groupBy(jobs, ({ status }) => status)].map(([status, some]) => [status, some.length]),
    );
    const done = jobs.every(({ status }) => isTerminal(status));
    const shown = jobs.map(({ jobId, name, status }) => ({ jobId, name, status }));
    return { batchId, total: jobs.length, counts, done, jobs: shown.toSorted(byId) };
  }

  /** Cancels the jobs of a batch that have not ended. */
  async cancelBatch(batchId: string, access: JobAccess = APPLICATION, reason: string | null = null) {
    const { jobs } = await this.batch(batchId, access);
    for (const { jobId, status } of jobs) {
      if (isTerminal(status)) continue;
      await this.cancel(jobId, access, reason).catch((error: unknown) => {
        if (!(error instanceof ProblemError) || error.kind !== JOB_STATE.kind) throw error;
      });
    }
    return this.batch(batchId, access);
  }

  /** The number of the latest change. */
  position(): Promise<number> {
    return this.#parts.store.position();
  }

  /** Events as they happen, preceded by those after `after`. */
  async *events(
    query: JobEventQuery,
    signal: AbortSignal,
    access: JobAccess = APPLICATION,
  ): AsyncGenerator<JobEvent> {
    const { label } = query;
    const isWanted = (job: Job): boolean =>
      (label === undefined || job.labels.includes(label)) && maySee(job, access);
    yield* toldChanges(this.#parts.store, { ...query, isWanted }, signal);
  }

  /** The progress of this process's jobs as it happens. */
  async *progress(
    query: JobEventQuery,
    signal: AbortSignal,
    access: JobAccess = APPLICATION,
  ): AsyncGenerator<JobEvent> {
    for await (const { jobId, progress } of this.#parts.progress.follow(signal)) {
      if (query.jobId !== undefined && jobId !== query.jobId) continue;
      const stored = await this.#parts.store.get(jobId).catch(nullWhenUnavailable);
      if (!stored || !maySee(stored.job, access) || isTerminal(stored.job.status)) continue;
      if (query.label !== undefined && !stored.job.labels.includes(query.label)) continue;
      yield { sequence: null, type: 'job.progress', data: eventOf(stored.job, progress) };
    }
  }

  /** The backends: what they can execute, their state, and what this process has for them. */
  async backends(): Promise<BackendView[]> {
    const { backends, guards, store, limit } = this.#parts;
    const waiting = Object.values(await store.queued()).reduce((sum, count) => sum + count, 0);
    return Promise.all(backends.map((backend) => viewOfBackend(backend, guards, waiting, limit)));
  }

  /** @throws {ProblemError} `notFound` (404) */
  async find(jobId: string, access: JobAccess): Promise<StoredJob> {
    const stored = await this.#parts.store.get(jobId);
    if (stored && maySee(stored.job, access)) return stored;
    throw noneWithId('job', jobId);
  }

  async #untilEnded(jobId: string, access: JobAccess, waitMs: number): Promise<StoredJob> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), waitMs);
    try {
      // The subscription starts at the revision just read, so that no change is missed.
      const stored = await this.find(jobId, access);
      if (isTerminal(stored.job.status)) return stored;
      const changes = followOn(this.#parts.store, stop.signal, { after: stored.revision, jobId });
      for await (const change of changes) if (isTerminal(change.job.status)) return change;
      return await this.find(jobId, access);
    } finally {
      stop.abort();
      clearTimeout(timer);
    }
  }
}

/** A lost progress note does no harm: more follow. */
function nullWhenUnavailable(error: unknown): null {
  if (error instanceof UnavailableError) return null;
  throw error;
}

function byId(a: { jobId: string }, b: { jobId: string }): number {
  return a.jobId.localeCompare(b.jobId, 'en', { numeric: true });
}
