import { readAll } from '../job/content.ts';
import type { JobCause, JobTransformation } from '../job/job.ts';
import type { HeldRun } from './test-backend.ts';

/** A job that the application has submitted, in the state of running: the test decides its outcome. */
export class TestRun {
  readonly jobId: string;
  readonly runId: string;
  readonly name: string;
  readonly attempt: number;
  readonly transformation: JobTransformation;
  readonly #held: HeldRun;

  constructor(held: HeldRun) {
    const { jobId, runId, name, attempt, transformation } = held.run;
    this.jobId = jobId;
    this.runId = runId;
    this.name = name;
    this.attempt = attempt;
    this.transformation = transformation;
    this.#held = held;
  }

  /** The job's input: its value, its documents as `{ id, document }`, or null without input. */
  async input(): Promise<unknown> {
    const { form, read } = this.#held.run.input;
    if (form === 'none') return null;
    const text = (await readAll(read())).toString();
    if (form === 'value') return JSON.parse(text) as unknown;
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  /** Reports the job's progress. */
  progress(done: number, total: number): void {
    this.#held.state.progress({ done, total });
  }

  /** Ends the job as succeeded. @param result what `JobsService.value` returns; default null */
  succeed(result: unknown = null): void {
    this.#held.state.parts.push(Buffer.from(JSON.stringify(result)));
    this.#held.state.end({ type: 'ended', outcome: 'succeeded', form: 'value', documents: 1, failed: 0 });
  }

  /** Fails the run: the job fails, or is retried if its `retry` allows that. */
  fail(message = 'the test has failed it', cause: Partial<JobCause> = {}): void {
    this.#held.state.end({
      type: 'ended',
      outcome: 'failed',
      cause: { class: 'user', code: 'test', ...cause, message },
    });
  }

  /** Loses the run, as if its backend was killed: the job is queued again. */
  lose(message = 'the test has lost it'): void {
    this.#held.state.end({ type: 'ended', outcome: 'lost', cause: { class: 'lost', code: 'test', message } });
  }

  /** Whether the application has cancelled it, or its time limit has passed. */
  get isCancelled(): boolean {
    return this.#held.state.ended?.outcome === 'cancelled';
  }
}
