import { ProblemError } from '@nestjs-spark/contracts';
import { pause } from '@nestjs-spark/foundation/internal';
import { readAll } from '../job/content.ts';
import { isTerminal } from '../job/status.ts';
import type { JobAccess } from '../serve/access.ts';
import type { JobsService } from '../serve/jobs.service.ts';
import type { JobView } from '../serve/view.ts';
import type { JobSubmission } from '../submit/submission.ts';
import type { TestNotes } from './test-report.ts';

const LOOK_MS = 1_000;

/** The jobs of one test: submitted on behalf of its caller, on the requested backend. */
export class TestJobs {
  readonly #jobs: JobsService;
  readonly #access: JobAccess;
  readonly #notes: TestNotes;
  readonly #signal: AbortSignal;
  readonly #backend: string;

  constructor(
    jobs: JobsService,
    of: { access: JobAccess; notes: TestNotes; backend: string; signal: AbortSignal },
  ) {
    this.#jobs = jobs;
    this.#access = of.access;
    this.#notes = of.notes;
    this.#backend = of.backend;
    this.#signal = of.signal;
  }

  /** Submits a job, waiting as long as the quota requires. */
  async submit(submission: JobSubmission): Promise<JobView> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        const job = await this.#jobs.submit(
          { backend: this.#backend, cache: 'off', labels: [TEST_LABEL], ...submission },
          this.#access,
        );
        this.#notes.jobIds.push(job.jobId);
        this.#notes.dataSize += job.input?.bytes ?? 0;
        return job;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 429) throw error;
        await pause(1_000 * (error.retryAfterSeconds ?? 1), this.#signal);
      }
    }
  }

  async ended(jobId: string): Promise<JobView> {
    for (;;) {
      this.#signal.throwIfAborted();
      const job = await this.#jobs.get(jobId, this.#access, LOOK_MS);
      if (isTerminal(job.status)) return job;
    }
  }

  async run(submission: JobSubmission): Promise<JobView> {
    return this.ended((await this.submit(submission)).jobId);
  }

  async text(jobId: string): Promise<string> {
    const { content } = await this.#jobs.result(jobId, this.#access);
    return (await readAll(content)).toString();
  }

  cancel(jobId: string): Promise<JobView> {
    return this.#jobs.cancel(jobId, this.#access, 'a test of jobs');
  }

  /** Waits until the job has this status, or has ended otherwise. */
  async until(jobId: string, status: JobView['status']): Promise<JobView> {
    for (;;) {
      this.#signal.throwIfAborted();
      const job = await this.#jobs.get(jobId, this.#access);
      if (job.status === status || isTerminal(job.status)) return job;
      await pause(20, this.#signal);
    }
  }
}

/** The label of all test jobs. */
export const TEST_LABEL = 'spark-test';
