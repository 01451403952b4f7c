import { Master, type MasterAddress } from '@nestjs-spark/apache-spark/internal';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { SayOnce } from '@nestjs-spark/foundation/internal';
import type {
  BackendHealth,
  JobBackend,
  JobRun,
  KnownRun,
  RunEvent,
  RunHandle,
} from '../../../job/backend.ts';
import type { CancelProof } from '../../../job/job.ts';
import { describeCause } from '../../describe-cause.ts';
import { AppRun } from './app-run.ts';
import { followApp, type AppParts } from './follow-app.ts';
import { killApp } from './kill-app.ts';
import { findDriver, submitApp, unclearSubmission } from './submit-app.ts';

/** The cluster that applications are submitted to. */
export interface AppBackendOptions {
  master: MasterAddress;
  /** How many applications this process follows at once. */
  concurrency: number;
  log: Logger;
}

/** How late the master's answer to a submission may arrive, in milliseconds. */
const SETTLED_MS = 15_000;
/** How long beyond the job's time limit a driver that cannot be found is searched for, in milliseconds. */
const GIVE_UP_MS = 60_000;

/**
 * Runs PySpark applications on a standalone master of Apache Spark. Submissions are not idempotent there, so each run is submitted at most once:
 * another process finds its driver by its id or by the application's name, and never submits it again.
 */
export class AppBackend implements JobBackend {
  readonly name = 'spark';
  readonly capabilities: JobBackend['capabilities'];
  readonly #master: Master;
  readonly #options: AppBackendOptions;
  readonly #runs = new Map<string, AppRun>();
  readonly #closing = new AbortController();
  readonly #said = new SayOnce();

  constructor(options: AppBackendOptions) {
    this.#options = options;
    this.#master = new Master(options.master);
    this.capabilities = { kinds: ['spark-app'], idempotentStart: false, atOnce: options.concurrency };
  }

  async health(): Promise<BackendHealth> {
    await this.#master.greet();
    const { concurrency } = this.#options;
    const running = [...this.#runs.values()].filter(({ ended }) => ended === null);
    if (running.length < concurrency) return { available: true, reason: null };
    const reason = `This process already follows ${concurrency} applications, which is the limit (SPARK_JOBS_SPARK_CONCURRENCY)`;
    return { available: false, reason };
  }

  async start(run: JobRun, signal: AbortSignal): Promise<RunHandle> {
    const known = this.#runs.get(run.runId);
    if (known) {
      await known.submitted;
      return known;
    }
    const app = new AppRun(run);
    this.#runs.set(run.runId, app);
    app.submitted = this.#submit(app, signal);
    try {
      await app.submitted;
    } catch (error) {
      this.#runs.delete(run.runId);
      throw error;
    }
    void this.#follow(app);
    return app;
  }

  /** @throws if the master does not answer */
  async find(runId: string, known?: KnownRun): Promise<RunHandle | 'unknown' | 'cannot-tell'> {
    const mine = this.#runs.get(runId);
    if (mine) {
      await mine.submitted;
      return mine;
    }
    if (!known) return 'unknown';
    const driverId = await this.#driverOf(known);
    if (driverId === 'cannot-tell') return driverId;
    const app = new AppRun(known.run);
    this.#runs.set(runId, app);
    if (driverId === 'none')
      app.end({ type: 'ended', outcome: 'failed', cause: unclearSubmission(known.run) });
    else {
      app.external = { driverId };
      void this.#follow(app);
    }
    return app;
  }

  observe({ runId }: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#get(runId).observe(signal);
  }

  async cancel({ runId }: RunHandle, signal?: AbortSignal): Promise<CancelProof | 'ended'> {
    const app = this.#get(runId);
    if (app.ended && app.ended.outcome !== 'cancelled') return 'ended';
    app.isCancelled = true;
    const proof = await killApp(app, {
      master: this.#master,
      signal: signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal,
      onAway: (error) => this.#say(`Run ${runId} is not proven to have ended yet`, error),
    });
    // It may have ended on its own before it was killed: then that end counts.
    const { outcome } = await app.untilEnded();
    return outcome === 'cancelled' ? proof : 'ended';
  }

  result({ runId }: RunHandle): AsyncIterable<Uint8Array> {
    const { parts } = this.#get(runId);
    return (async function* () {
      yield* parts;
    })();
  }

  /** How long the master keeps its drivers is its own configuration. */
  async release({ runId }: RunHandle): Promise<void> {
    const app = this.#runs.get(runId);
    this.#runs.delete(runId);
    app?.stop.abort(new Error('The run is no longer needed'));
  }

  /** The driver keeps running; another process follows it, now or later. */
  async leave(handle: RunHandle): Promise<void> {
    await this.release(handle);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('The process ends'));
    await Promise.all(Array.from(this.#runs.keys(), (runId) => this.leave({ runId })));
  }

  async #submit(app: AppRun, signal: AbortSignal): Promise<void> {
    app.external = { driverId: await submitApp(app.run, this.#master, signal) };
  }

  async #driverOf({ run, startedAt, external }: KnownRun): Promise<string | 'none' | 'cannot-tell'> {
    if (external?.['driverId'] !== undefined) return external['driverId'];
    const since = Date.parse(startedAt);
    const found = await findDriver(run, since, this.#master);
    const age = Date.now() - since;
    if (found === 'none' && age < SETTLED_MS) return 'cannot-tell';
    if (found === 'cannot-tell' && age > run.options.timeoutMs + GIVE_UP_MS) return 'none';
    return found;
  }

  async #follow(app: AppRun): Promise<void> {
    const { signal } = app.stop;
    const onAway = (error: unknown): void => this.#say(`Run ${app.runId} waits for Apache Spark`, error);
    const parts: AppParts = { master: this.#master, signal, onAway };
    try {
      const { ended, result } = await followApp(app, parts);
      if (result !== undefined) app.parts.push(Buffer.from(result));
      app.end(ended);
    } catch (error) {
      if (!signal.aborted) app.end({ type: 'ended', outcome: 'failed', cause: describeCause(error) });
    }
  }

  #say(what: string, error: unknown): void {
    const line = `${what}: ${describeError(error)}`;
    if (this.#said.isNews(line)) this.#options.log.warn(line);
  }

  #get(runId: string): AppRun {
    const app = this.#runs.get(runId);
    if (!app) throw new Error(`Run ${runId} is not known here`);
    return app;
  }
}
