import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { isObject, messageOf } from '@nestjs-spark/foundation/internal';
import { onePart, readAll } from '../job/content.ts';
import type { Submitter } from '../job/job.ts';
import { JOB_STATE } from '../job/problems.ts';
import type { JobStore } from '../job/store.ts';
import { maySee, submitterOf, type JobAccess } from '../serve/access.ts';
import type { JobsService } from '../serve/jobs.service.ts';
import { SCRIPT_LANGUAGE } from '../submit/cache-key.ts';
import { sha256 } from '../submit/new-job.ts';
import { runEdgeTest } from './edge-test.ts';
import { runLoadTest } from './load-test.ts';
import { PUBLISHED_BASELINE, runRegressionTest, type Baseline } from './regression-test.ts';
import { TestJobs } from './test-jobs.ts';
import {
  COMES_TO_ITS_END,
  reportNow,
  TestNotes,
  type KeptTest,
  type TestReport,
  type TestType,
} from './test-report.ts';

const USUAL_RECORDS = 10_000;
/** How often a running test stores how far it is, in milliseconds. */
const SAID_EVERY_MS = 15_000;
const BASELINE = `baseline/${sha256(SCRIPT_LANGUAGE).slice(0, 16)}`;

/** The parameters of a test. */
export interface TestRequest {
  testType: TestType;
  records?: number | undefined;
  backend?: string | undefined;
}

/** Tests that run as jobs, with reports that every instance can show. Each submitter can run one at a time. */
export class JobTests {
  readonly #jobs: JobsService;
  readonly #store: JobStore;
  readonly #log: Logger;
  readonly #running = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();

  constructor(jobs: JobsService, store: JobStore, log: Logger) {
    this.#jobs = jobs;
    this.#store = store;
    this.#log = log;
  }

  /** @throws {ProblemError} `tooMany` (429) while another test of this submitter is running; `invalid` (400) for an unknown backend */
  async start(
    { testType, records = USUAL_RECORDS, backend = 'auto' }: TestRequest,
    access: JobAccess,
  ): Promise<{ testId: string }> {
    const submittedBy = submitterOf(access);
    const key = JSON.stringify(submittedBy);
    if (this.#running.has(key))
      throw new ProblemError('tooMany', 'Another of your tests is running.', { retryAfterSeconds: 5 });
    const starting = Promise.withResolvers<void>();
    this.#running.set(key, starting.promise);
    try {
      const kept = await this.#prepare(testType, backend, submittedBy);
      const running = this.#run(kept, access, records)
        .catch((error: unknown) =>
          this.#log.warn(`Test ${kept.report.testId} has no report: ${describeError(error)}`),
        )
        .finally(() => this.#running.delete(key));
      this.#running.set(key, running);
      return { testId: kept.report.testId };
    } catch (error) {
      this.#running.delete(key);
      throw error;
    } finally {
      starting.resolve();
    }
  }

  async #prepare(testType: TestType, backend: string, submittedBy: Submitter): Promise<KeptTest> {
    const known = await this.#jobs.backends();
    if (backend !== 'auto' && !known.some(({ name }) => name === backend))
      throw new ProblemError('invalid', `There is no backend ${JSON.stringify(backend)}.`, {
        errors: [
          {
            pointer: '/backend',
            detail: `has to be auto or one of ${known.map(({ name }) => name).join(', ')}`,
          },
        ],
      });
    const report: TestReport = {
      testId: crypto.randomUUID(),
      testType,
      status: 'Running',
      backend,
      jobIds: [],
      startedAt: new Date().toISOString(),
      executionTimeMs: 0,
      dataSize: 0,
      checks: [],
      figures: {},
    };
    await this.#keep({ report, submittedBy });
    return { report, submittedBy };
  }

  /** @throws {ProblemError} `notFound` (404), also for another submitter's test */
  async get(testId: string, access: JobAccess): Promise<TestReport> {
    const kept = /^[\w-]{1,64}$/.test(testId) ? await this.#read(`test/${testId}`) : null;
    if (isKept(kept) && maySee(kept, access)) return reportNow(kept);
    throw noneWithId('test', testId);
  }

  /**
   * Runs the regression cases once and makes their results the new baseline. For operators.
   * @throws {ProblemError} `jobState` (409) if one of them did not succeed: the previous baseline stays
   */
  async takeBaseline(access: JobAccess): Promise<Baseline> {
    const notes = new TestNotes();
    const signal = this.#ending.signal;
    const jobs = new TestJobs(this.#jobs, { access, notes, backend: 'auto', signal });
    const { baseline, failed } = await runRegressionTest(jobs, notes, {});
    if (failed.length > 0)
      throw new ProblemError(
        JOB_STATE,
        `No baseline was taken: ${failed.join('; ')}. Make all cases succeed first.`,
      );
    await this.#store.putContent(BASELINE, onePart(JSON.stringify(baseline)));
    return baseline;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running.values());
  }

  async #run({ report, submittedBy }: KeptTest, access: JobAccess, records: number): Promise<void> {
    const notes = new TestNotes();
    const began = performance.now();
    const { backend, testType } = report;
    const jobs = new TestJobs(this.#jobs, { access, notes, backend, signal: this.#ending.signal });
    let said: Promise<void> = Promise.resolve();
    const saying = setInterval(() => {
      const { jobIds, dataSize } = notes;
      said = this.#keep({ report: { ...report, jobIds, dataSize }, submittedBy }).catch(() => undefined);
    }, SAID_EVERY_MS).unref();
    try {
      if (testType === 'load') await runLoadTest(jobs, notes, records);
      else if (testType === 'edge') await runEdgeTest(jobs, notes);
      else await runRegressionTest(jobs, notes, await this.#baseline());
    } catch (error) {
      notes.check(COMES_TO_ITS_END, 'yes', messageOf(error));
    }
    clearInterval(saying);
    // The last report is not to be replaced by one of before.
    await said;
    const { jobIds, checks, figures, dataSize } = notes;
    const status = checks.every(({ passed }) => passed) ? 'Passed' : 'Failed';
    const executionTimeMs = Math.round(performance.now() - began);
    await this.#keep({
      report: { ...report, status, jobIds, checks, figures, dataSize, executionTimeMs },
      submittedBy,
    });
  }

  async #baseline(): Promise<Baseline> {
    const stored = await this.#read(BASELINE);
    return isObject(stored) ? (stored as Baseline) : PUBLISHED_BASELINE;
  }

  #keep(test: Omit<KeptTest, 'saidAt'>): Promise<void> {
    const said: KeptTest = { ...test, saidAt: new Date().toISOString() };
    return this.#store.putContent(`test/${test.report.testId}`, onePart(JSON.stringify(said)));
  }

  /** Undefined if it does not exist, or was not written by this class. */
  async #read(name: string): Promise<unknown> {
    const content = await this.#store.openContent(name);
    if (!content) return undefined;
    try {
      return JSON.parse((await readAll(content)).toString()) as unknown;
    } catch {
      return undefined;
    }
  }
}

function isKept(value: unknown): value is KeptTest {
  return isObject(value) && isObject(value['report']) && isObject(value['submittedBy']);
}
