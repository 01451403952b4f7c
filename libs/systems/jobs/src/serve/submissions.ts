import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { requireRoom } from '../job/fit-record.ts';
import type { Job, Submitter } from '../job/job.ts';
import { moved } from '../job/move.ts';
import { KEY_IN_USE } from '../job/problems.ts';
import { JobExistsError } from '../job/store.ts';
import type { JobObserver } from '../run/parts.ts';
import { faultsOf, refusedFor, type Executors } from '../submit/check-executable.ts';
import { fingerprintOf, idInBatch, idsInBatch, jobAgain, jobIdFor, newJob } from '../submit/new-job.ts';
import type { ReadSubmission } from '../submit/read-submission.ts';
import { requireOperator, submitterOf, type JobAccess } from './access.ts';
import { isBatchOfKey } from './find-batch.ts';
import { bytesApart, hold, takeInput, type InputParts } from './take-input.ts';
import { viewOf, type JobView } from './view.ts';

/** A job that was submitted, or that was there under its key. */
export interface Submitted {
  job: JobView;
  replayed: boolean;
}

/** The jobs of a batch, in the order in which they were given. */
export interface SubmittedBatch {
  batchId: string;
  replayed: boolean;
  jobs: { index: number; jobId: string; status: Job['status'] }[];
}

/** What submissions are taken in with. */
export interface SubmissionParts extends InputParts {
  executors: Executors;
  observer: JobObserver;
  cacheKeyOf(job: Job): string | null;
}

/** Takes submissions in: checked, bounded, once per key. */
export class Submissions {
  readonly #parts: SubmissionParts;

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
  }

  async submit(submission: ReadSubmission, access: JobAccess): Promise<Submitted> {
    const { executors, quota } = this.#parts;
    const { idempotencyKey } = submission.body;
    const jobId = jobIdFor(access, idempotencyKey);
    // Without a key nothing can be compared with it.
    const fingerprint = idempotencyKey === undefined ? '' : fingerprintOf(submission);
    if (idempotencyKey !== undefined) {
      const there = await this.#replay({ jobId, fingerprint, retryOf: null }, access);
      if (there) return there;
    }
    requireOperator([submission], access);
    const faults = await faultsOf(submission, executors);
    if (faults.length > 0) throw refusedFor(faults);
    const add = async (): Promise<Submitted> => {
      const input = await takeInput(submission.input, jobId, access, this.#parts);
      const submittedBy = submitterOf(access);
      const job = newJob(submission, { jobId, input, submittedBy, fingerprint, batch: null });
      requireRoom(job, submission.written);
      return await this.#addOnce(job);
    };
    return await quota.letIn(access, 1, () => quota.storing(access, bytesApart([submission.input]), add));
  }

  async submitBatch(
    { batchId: given, jobs }: { batchId: string | null; jobs: ReadSubmission[] },
    access: JobAccess,
    key?: string,
  ): Promise<SubmittedBatch> {
    const { executors, quota } = this.#parts;
    const batchId = given ?? jobIdFor(access, key);
    const isOfKey = await this.#isOfKey(given, batchId, access, key);
    const ids = idsInBatch(batchId, access, jobs.length, isOfKey);
    const prints = jobs.map((job) => fingerprintOf(job));
    // Nobody can have used a name that was just drawn.
    const isNamed = given !== null || key !== undefined;
    const there = isNamed ? await this.#replayBatch(batchId, ids, prints) : null;
    if (there) return there;
    requireOperator(jobs, access);
    const found = await Promise.all(jobs.map((job) => faultsOf(job, executors)));
    const faults = found.flatMap((some, index) =>
      some.map((fault): ProblemField => ({ ...fault, pointer: `/jobs/${index}${fault.pointer}` })),
    );
    if (faults.length > 0) throw refusedFor(faults);
    const bytes = bytesApart(jobs.map(({ input }) => input));
    const add = (): Promise<SubmittedBatch> => this.#addBatch(batchId, jobs, { ids, prints }, access);
    return quota.letIn(access, jobs.length, () => quota.storing(access, bytes, add));
  }

  /** Whether the batch's first job has the id of its key. It has one of its own where an earlier version made it. */
  async #isOfKey(given: string | null, batchId: string, access: JobAccess, key?: string): Promise<boolean> {
    const { store } = this.#parts;
    if (given !== null) return isBatchOfKey(given, access, store);
    return key !== undefined && (await store.get(idInBatch(batchId, access, 0))) === null;
  }

  async #addBatch(
    batchId: string,
    jobs: readonly ReadSubmission[],
    { ids, prints }: { ids: string[]; prints: string[] },
    access: JobAccess,
  ): Promise<SubmittedBatch> {
    const { store, observer } = this.#parts;
    const batch = { id: batchId, size: jobs.length };
    const made: Job[] = [];
    for (const [index, submission] of jobs.entries()) {
      const jobId = ids[index] ?? '';
      const input = await takeInput(submission.input, jobId, access, this.#parts);
      const fingerprint = prints[index] ?? '';
      const job = newJob(submission, { jobId, input, submittedBy: submitterOf(access), fingerprint, batch });
      requireRoom(job, submission.written, `/jobs/${index}`);
      made.push(job);
    }
    try {
      await store.add(made);
    } catch (error) {
      const other = error instanceof JobExistsError ? await this.#replayBatch(batchId, ids, prints) : null;
      if (!other) throw error;
      return other;
    }
    for (const job of made) observer.moved(null, job);
    return {
      batchId,
      replayed: false,
      jobs: made.map(({ jobId, status }, index) => ({ index, jobId, status })),
    };
  }

  /** The same job as a new one, under the rules of today; once per key. */
  async again(job: Job, access: JobAccess, key?: string): Promise<Submitted> {
    const next = jobAgain(job, jobIdFor(access, key));
    const there = key === undefined ? null : await this.#replay(next, access);
    if (there) return there;
    requireOperator([job], access);
    const { name, backendRequested: backend, transformation, input } = job;
    const faults = await faultsOf({ body: { name, backend }, transformation, input }, this.#parts.executors);
    if (faults.length > 0) throw refusedFor(faults);
    return this.#parts.quota.letIn(job.submittedBy, 1, async () => {
      if (input?.object !== undefined) await hold(input.object, next.jobId, this.#parts.store);
      return this.#addOnce(next);
    });
  }

  /** Where the same submission under this key was faster, its job. */
  async #addOnce(job: Job): Promise<Submitted> {
    try {
      return { job: await this.#add(job), replayed: false };
    } catch (error) {
      const there = error instanceof JobExistsError ? await this.#replay(job, job.submittedBy) : null;
      if (!there) throw error;
      return there;
    }
  }

  async #add(job: Job): Promise<JobView> {
    const { store, observer } = this.#parts;
    const ready = await this.#fromCache(job);
    const [revision = 0] = await store.add([ready]);
    observer.moved(null, ready);
    return viewOf({ job: ready, revision });
  }

  /** With the result of an equal job, where there is one that may be used. */
  async #fromCache(job: Job): Promise<Job> {
    const { store, cacheKeyOf } = this.#parts;
    if (job.options.cache !== 'use' || job.status !== 'Queued') return job;
    const key = cacheKeyOf(job);
    const jobId = key === null ? null : await store.recall(key);
    const source = jobId === null ? null : await store.get(jobId);
    const result = source?.job.result;
    // The cache may outlive a job, whose id, made from an idempotency key, may by now be another job's.
    if (!source || cacheKeyOf(source.job) !== key || !result || Date.parse(result.expiresAt) <= Date.now())
      return job;
    const progress = { done: result.documents, total: result.documents };
    return moved(job, 'Succeeded', 'cache', {
      result: { ...result, cached: true, fromJobId: result.fromJobId ?? source.job.jobId },
      backend: source.job.backend,
      progress,
    });
  }

  async #replay(
    { jobId, fingerprint, retryOf }: Pick<Job, 'jobId' | 'fingerprint' | 'retryOf'>,
    submitter: Submitter,
  ): Promise<Submitted | null> {
    const { store } = this.#parts;
    // In a batch that an earlier version created for this key, the first job has a different id.
    const stored = (await store.get(jobId)) ?? (await store.get(idInBatch(jobId, submitter, 0)));
    if (!stored) return null;
    const { job } = stored;
    const isSame = job.fingerprint === fingerprint && job.retryOf === retryOf && job.batchId === null;
    if (isSame) return { job: viewOf(stored), replayed: true };
    throw new ProblemError(KEY_IN_USE, 'This key was used for another submission.', {
      members: { jobId },
    });
  }

  async #replayBatch(batchId: string, ids: string[], prints: string[]): Promise<SubmittedBatch | null> {
    // The first may be gone before the others, whose places are taken still.
    const stored = await Promise.all(ids.map((id) => this.#parts.store.get(id)));
    if (stored.every((one) => one === null)) return null;
    const jobs = stored.flatMap((one, index) => (one ? [{ index, job: one.job }] : []));
    const isSame = jobs.every(
      ({ index, job }) => job.fingerprint === prints[index] && job.batchSize === ids.length,
    );
    const members = { batchId };
    if (!isSame)
      throw new ProblemError(KEY_IN_USE, 'This batchId or key was used for other jobs.', { members });
    if (jobs.length < ids.length) {
      const gone = `${ids.length - jobs.length} of the ${ids.length} jobs of this batch`;
      const detail = `${gone} are no longer kept, so it can neither be repeated nor answered as a whole. Submit it under another batchId or key.`;
      throw new ProblemError(KEY_IN_USE, detail, { members });
    }
    const shown = jobs.map(({ index, job: { jobId, status } }) => ({ index, jobId, status }));
    return { batchId, replayed: true, jobs: shown };
  }
}
