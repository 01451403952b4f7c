import { UnavailableError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation';
import { isObject, pause, retry, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import {
  RunRefusedError,
  type BackendHealth,
  type JobBackend,
  type JobRun,
  type RunEvent,
  type RunHandle,
} from '../../job/backend.ts';
import { JOB_KINDS, type CancelProof, type JobKind } from '../../job/job.ts';
import { badResult, checkedResult } from './checked-result.ts';
import { HttpRuns, ignore, readAnswer, type HttpBackendPlace } from './http-runs.ts';
import { causeFrom, isHttpHealth, readRunState, type HttpRunState } from './run-state.ts';

const FIRST_LOOK_MS = 50;
const SLOWEST_LOOK_MS = 1_000;
/** A start whose answer was lost is repeated under the same id, which never starts it twice. */
const STARTS = 3;
const START_AGAIN: RetryPolicy = { waitMs: 2 * FIRST_LOOK_MS, factor: 2 };
/** Successful answers to DELETE; 404: the run is gone. */
const TAKES_CANCEL: ReadonlySet<number> = new Set([200, 202, 204, 404]);

function isForLater(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** Runs jobs at a service in any language that implements the five endpoints of `docs/guides/custom-backend.md`. */
export class HttpBackend implements JobBackend {
  readonly name: string;
  readonly #runs: HttpRuns;
  #kinds: readonly JobKind[] | null = null;

  constructor(place: HttpBackendPlace) {
    this.name = place.name;
    this.#runs = new HttpRuns(place);
  }

  get capabilities() {
    return { kinds: this.#kinds ?? JOB_KINDS, idempotentStart: true, onRequest: this.#kinds === null };
  }

  async health(signal: AbortSignal): Promise<BackendHealth> {
    const answer = await this.#runs.health(signal);
    const said = await readAnswer(answer);
    if (answer.status !== 200) throw this.#runs.unexpected('GET /health', answer);
    this.#kinds = isHttpHealth(said) ? (said.kinds ?? null) : null;
    return { available: true, reason: null };
  }

  async start(run: JobRun, signal: AbortSignal): Promise<RunHandle> {
    return retry(() => this.#put(run, signal), {
      policy: START_AGAIN,
      attempts: STARTS,
      retries: (error) => error instanceof UnavailableError && !signal.aborted,
    });
  }

  async find(runId: string): Promise<RunHandle | 'unknown'> {
    return (await this.#state(runId, AbortSignal.timeout(60_000))) ? { runId } : 'unknown';
  }

  /** After a short outage, the backend still has the run or reports that it does not know it. */
  async *observe({ runId }: RunHandle, signal: AbortSignal): AsyncGenerator<RunEvent> {
    let told = -1;
    for (let wait = FIRST_LOOK_MS; !signal.aborted; wait = Math.min(2 * wait, SLOWEST_LOOK_MS)) {
      const run = await this.#state(runId, signal).catch((error: unknown) => {
        if (error instanceof UnavailableError) return 'away' as const;
        throw error;
      });
      if (run === null) {
        const message = `${this.name} no longer knows the run ${runId}`;
        yield { type: 'ended', outcome: 'lost', cause: { class: 'lost', code: 'run-unknown', message } };
        return;
      }
      if (run !== 'away') {
        if (run.progress && run.progress.done > told) {
          told = run.progress.done;
          yield { type: 'progress', progress: run.progress };
        }
        const ended = endOf(run, this.name);
        if (ended) {
          yield ended;
          return;
        }
      }
      await pause(wait, signal);
    }
  }

  /** @throws {UnavailableError} if the backend does not accept the request: nothing is stopped until it is sent again */
  async cancel(
    { runId }: RunHandle,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<CancelProof | 'ended'> {
    const before = await this.#state(runId, signal);
    if (before?.state === 'succeeded' || before?.state === 'failed') return 'ended';
    if (before?.state === 'running') {
      const answer = await this.#runs.remove(runId);
      await ignore(answer);
      if (!TAKES_CANCEL.has(answer.status)) throw this.#runs.unexpected('DELETE', answer);
    }
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(2 * wait, SLOWEST_LOOK_MS)) {
      signal.throwIfAborted();
      const run = await this.#state(runId, signal);
      const at = new Date().toISOString();
      if (run === null) return { source: 'http', observed: `${this.name} no longer has the run`, at };
      if (run.state === 'cancelled')
        return { source: 'http', observed: `${this.name} says that it is cancelled`, at };
      if (run.state !== 'running') return 'ended';
      await pause(wait, signal);
    }
  }

  /** @throws {RunRefusedError} if it is not what the backend announced; {UnavailableError} if it may still come */
  async *result({ runId }: RunHandle): AsyncGenerator<Uint8Array> {
    const run = await this.#state(runId, AbortSignal.timeout(60_000));
    const answer = await this.#runs.result(runId);
    if (answer.status !== 200 || !answer.body) {
      await ignore(answer);
      const unexpected = this.#runs.unexpected('GET …/result', answer);
      // If the run is gone, it is run again; if it exists, the backend must have the result that it announced.
      throw run === null || isForLater(answer.status) ? unexpected : badResult(unexpected.message);
    }
    yield* checkedResult(answer.body, { form: run?.form ?? 'documents', backend: this.name });
  }

  async release({ runId }: RunHandle): Promise<void> {
    await ignore(await this.#runs.remove(runId));
  }

  async #put(run: JobRun, signal: AbortSignal): Promise<RunHandle> {
    const answer = await this.#runs.put(run, signal);
    const said = await readAnswer(answer);
    if (answer.status === 200 || answer.status === 201) return { runId: run.runId };
    if (answer.status < 400 || answer.status >= 500 || answer.status === 429)
      throw this.#runs.unexpected('PUT', answer);
    const detail =
      isObject(said) && typeof said['detail'] === 'string' ? `: ${said['detail'].slice(0, 2_000)}` : '';
    const message = `${this.name} refused it with status ${answer.status}${detail}`;
    throw new RunRefusedError({
      class: answer.status === 422 ? 'user' : 'backend',
      code: 'refused',
      message,
    });
  }

  /** The backend's state of the run; null if it does not know the run. */
  async #state(runId: string, signal: AbortSignal): Promise<HttpRunState | null> {
    const answer = await this.#runs.state(runId, signal);
    const said = await readAnswer(answer).catch((error: unknown) => {
      throw new UnavailableError(`The answer of ${this.name} ended early: ${describeError(error)}`);
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw this.#runs.unexpected('GET …/runs', answer);
    const state = readRunState(said);
    if (state) return state;
    throw new UnavailableError(
      `${this.name} gave an answer about the run ${runId} that does not follow the protocol`,
    );
  }
}

function endOf(run: HttpRunState, backend: string): RunEvent | null {
  const { state, form = 'documents', documents = form === 'value' ? 1 : 0, failed = 0 } = run;
  switch (state) {
    case 'running':
      return null;
    case 'succeeded':
      return { type: 'ended', outcome: 'succeeded', form, documents, failed };
    case 'cancelled':
      return { type: 'ended', outcome: 'cancelled' };
    case 'failed':
      return { type: 'ended', outcome: 'failed', cause: causeFrom(run, backend) };
  }
}
