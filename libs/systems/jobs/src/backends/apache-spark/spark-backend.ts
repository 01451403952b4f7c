import {
  ApacheSparkError,
  ConnectClient,
  type ConnectAddress,
  type ConnectSession,
} from '@nestjs-spark/apache-spark';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { SayOnce } from '@nestjs-spark/foundation/internal';
import type {
  BackendHealth,
  JobBackend,
  JobRun,
  KnownRun,
  RunEnded,
  RunEvent,
  RunHandle,
} from '../../job/backend.ts';
import type { CancelProof, JobCause } from '../../job/job.ts';
import { describeCause } from '../describe-cause.ts';
import { MemoryRun } from '../memory-run.ts';
import { endWithProof, type Operation, type RunOperations } from './prove-end.ts';
import { idsOfChunks, RunFailedError, type ChunkParts } from './run-chunks.ts';
import { runScriptOnSpark } from './run-script-on-spark.ts';
import { RunSlots } from './run-slots.ts';
import { idsOfStatement, runSqlOnSpark } from './run-sql.ts';
import { ownSession, SparkSession } from './spark-session.ts';

/** The address of Apache Spark, and what is installed on its executors. */
export interface SparkBackendOptions {
  connect: ConnectAddress;
  /** The UI of the Spark Connect server. */
  ui: string;
  /** The Python version of the executors, such as `3.11`. */
  python: string;
  /** The Node command on the executors. */
  node: string;
  /** How many runs this process executes there at once. Default 4. */
  concurrency?: number;
  log: Logger;
}

/** A run that this process started or took over. */
class SparkRun extends MemoryRun {
  /** Operations whose results the server keeps for this run, as far as known here. */
  readonly kept = new Map<string, ConnectSession>();
  /** All operations that the run can have. */
  readonly operations: RunOperations;
  readonly run: JobRun;
  isCancelled = false;
  /** Whether this process executes it, and does not merely know what it can have on the cluster. */
  isExecuted = false;

  constructor(run: JobRun, operations: RunOperations) {
    super(run.runId);
    this.run = run;
    this.operations = operations;
  }

  get isStatement(): boolean {
    return this.run.transformation.kind === 'sql';
  }

  keep({ session, operationId }: Operation): void {
    this.kept.set(operationId, session);
  }
}

const USUAL_CONCURRENCY = 4;

/**
 * Runs jobs on Apache Spark through Spark Connect: scripts in the same sandbox as in memory, on Node beside the executors, and Spark SQL
 * statements. Runs belong to the cluster: they outlive this process, and another process that starts a run again takes over what exists.
 */
export class SparkBackend implements JobBackend {
  readonly name = 'spark';
  readonly capabilities: JobBackend['capabilities'];
  readonly #options: SparkBackendOptions;
  readonly #client: ConnectClient;
  readonly #session: SparkSession;
  readonly #slots: RunSlots;
  readonly #runs = new Map<string, SparkRun>();
  readonly #closing = new AbortController();
  readonly #said = new SayOnce();
  #asking: Promise<BackendHealth> | null = null;

  constructor(options: SparkBackendOptions) {
    this.#options = options;
    this.#client = new ConnectClient(options.connect);
    this.#session = new SparkSession(this.#client);
    const atOnce = options.concurrency ?? USUAL_CONCURRENCY;
    this.#slots = new RunSlots(atOnce);
    this.capabilities = { kinds: ['script', 'sql'], idempotentStart: true, atOnce };
  }

  /**
   * Also reports when the limit of concurrent runs is reached, so that jobs that can wait stay in their queue. The first call opens a session and
   * may take seconds; concurrent calls share its answer.
   * @throws if the server does not answer
   */
  async health(signal: AbortSignal): Promise<BackendHealth> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    const late = Promise.withResolvers<BackendHealth>();
    const stop = (): void =>
      late.resolve({
        available: false,
        reason: `Spark Connect at ${this.#options.connect.target} has not answered yet`,
      });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return Promise.race([this.#asking, late.promise]).finally(() =>
      signal.removeEventListener('abort', stop),
    );
  }

  async start(run: JobRun): Promise<RunHandle> {
    const started = this.#runs.get(run.runId) ?? this.#add(run);
    this.#executeOnce(started);
    return started;
  }

  /**
   * A run that another process has begun is taken over when it is observed: what it has on the cluster follows from its id and its input. Until then it
   * can be cancelled, and to cancel it starts nothing.
   */
  async find(runId: string, known?: KnownRun): Promise<RunHandle | 'unknown'> {
    return this.#runs.get(runId) ?? (known ? this.#add(known.run) : 'unknown');
  }

  observe({ runId }: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent> {
    const run = this.#get(runId);
    this.#executeOnce(run);
    return run.observe(signal);
  }

  async cancel({ runId }: RunHandle, signal?: AbortSignal): Promise<CancelProof | 'ended'> {
    const run = this.#get(runId);
    if (run.ended && run.ended.outcome !== 'cancelled') return 'ended';
    run.isCancelled = true;
    run.stop.abort(new Error('The job was cancelled'));
    const proof = await endWithProof(run.operations, {
      client: this.#client,
      ui: this.#options.ui,
      signal: signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal,
      onFound: (operation) => run.keep(operation),
      onFailure: (error) => this.#say(`Run ${runId} is not proven to have ended yet`, error),
    });
    if (!run.isExecuted) run.end({ type: 'ended', outcome: 'cancelled' });
    const { outcome } = await run.untilEnded();
    return outcome === 'cancelled' ? proof : 'ended';
  }

  result({ runId }: RunHandle): AsyncIterable<Uint8Array> {
    const { parts } = this.#get(runId);
    return (async function* () {
      yield* parts;
    })();
  }

  /** Frees what the cluster holds for the run. */
  async release({ runId }: RunHandle): Promise<void> {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run) return;
    for (const [operationId, session] of run.kept)
      await this.#client.release(session, operationId).catch(() => undefined);
    // After that no process can start another step of the statement, not even one that was suspended meanwhile.
    if (run.isStatement) await this.#client.releaseSession(ownSession(runId)).catch(() => undefined);
  }

  /** What runs on the cluster continues; another process executes the run, now or later. */
  async leave({ runId }: RunHandle): Promise<void> {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    run?.stop.abort(new Error('Another process executes the run'));
  }

  /** Leaves all runs to the next process. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The process ends'));
    await Promise.all(Array.from(this.#runs.keys(), (runId) => this.leave({ runId })));
    this.#client.close();
  }

  async #ask(): Promise<BackendHealth> {
    const session = await this.#session.ready();
    try {
      await this.#client.greet(session);
    } catch (error) {
      if (error instanceof ApacheSparkError && error.kind === 'lost') this.#session.forget(session);
      else throw error;
    }
    if (!this.#slots.isFull) return { available: true, reason: null };
    const reason = `It already executes ${this.#slots.size} runs of this process, which is the limit (SPARK_JOBS_SPARK_CONCURRENCY)`;
    return { available: false, reason };
  }

  #add(run: JobRun): SparkRun {
    const added = new SparkRun(run, this.#operationsOf(run));
    this.#runs.set(run.runId, added);
    return added;
  }

  #executeOnce(run: SparkRun): void {
    if (run.isExecuted || run.isCancelled) return;
    run.isExecuted = true;
    void this.#execute(run.run, run);
  }

  async #execute(run: JobRun, started: SparkRun): Promise<void> {
    const { signal } = started.stop;
    const shared: SharedParts = {
      client: this.#client,
      signal,
      onOperation: (operation) => started.keep(operation),
      onHeld: async ({ session, operationId }) => {
        const release = this.#client.release(session, operationId);
        // If this fails, it is released with the run.
        await release.then(() => started.kept.delete(operationId)).catch(() => undefined);
      },
      onAway: (error) => this.#say(`Run ${run.runId} waits for Apache Spark`, error),
    };
    try {
      started.end(await this.#slots.run(signal, () => this.#make(run, started, shared)));
    } catch (error) {
      if (started.isCancelled) started.end({ type: 'ended', outcome: 'cancelled' });
      else if (!signal.aborted) started.end({ type: 'ended', outcome: 'failed', cause: causeOf(error) });
      // Stops the other chunks of a failed run.
      started.stop.abort(error);
    }
  }

  #operationsOf(run: JobRun): RunOperations {
    if (run.transformation.kind === 'sql') {
      const session = ownSession(run.runId);
      return { ids: idsOfStatement(run), session: async () => session, renew: () => false };
    }
    const renew = (session: ConnectSession): boolean => {
      this.#session.forget(session);
      return true;
    };
    return { ids: idsOfChunks(run), session: () => this.#session.ready(), renew };
  }

  async #make(run: JobRun, started: SparkRun, shared: SharedParts): Promise<RunEnded> {
    if (run.transformation.kind === 'sql') {
      const { parts, rows } = await runSqlOnSpark(run, { ...shared, session: ownSession(run.runId) });
      started.parts.push(...parts);
      return { type: 'ended', outcome: 'succeeded', form: 'value', documents: rows, failed: 0 };
    }
    const { node, python } = this.#options;
    const chunkParts = { ...shared, session: this.#session, executor: { node, python } };
    const result = await runScriptOnSpark(run, chunkParts, (progress) => started.progress(progress));
    for (const part of result.parts) started.parts.push(part);
    const { documents, failed } = result;
    return { type: 'ended', outcome: 'succeeded', form: 'documents', documents, failed };
  }

  #say(what: string, error: unknown): void {
    const line = `${what}: ${describeError(error)}`;
    if (this.#said.isNews(line)) this.#options.log.warn(line);
  }

  #get(runId: string): SparkRun {
    const run = this.#runs.get(runId);
    if (!run) throw new Error(`Run ${runId} is not known here`);
    return run;
  }
}

type SharedParts = Pick<ChunkParts, 'client' | 'signal' | 'onOperation' | 'onHeld' | 'onAway'>;

function causeOf(error: unknown): JobCause {
  if (error instanceof RunFailedError) return error.failure;
  if (!(error instanceof ApacheSparkError)) return describeCause(error);
  // The operation was interrupted, but not by this process.
  return { class: 'backend', code: error.code ?? error.kind, message: error.message };
}
