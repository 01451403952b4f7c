import { availableParallelism } from 'node:os';
import { LEAST_MEMORY_MIB, WorkerSlots } from '@nestjs-spark/sandbox';
import { TURN_MS } from '../guest/turn.ts';
import { ScriptReader } from '../read/script-reader.ts';
import type { ScriptInspection, Transformation } from '../types.ts';
import { OpenProgram } from './open-program.ts';
import { PooledScriptRunner, type RunnerBounds, type ScriptRunner } from './script-runner.ts';
import { type ScriptWorkerSlots, startScriptWorker } from './script-worker.ts';

/** Limits for scripts. */
export interface ScriptPoolOptions {
  /**
   * The largest number of worker threads; further batches wait. Default: the machine's cores, and at least 2, so that slow
   * scripts never hold the last one. Above 1, there is one more for requesters that have recently used little time: what they
   * follow live does not wait for the turns of others.
   */
  maxWorkers?: number;
  /** Memory of one sandbox in MiB, at least 17. A script that needs more fails with kind `memory`. Default 64. */
  memoryMiB?: number;
  /**
   * Time per document in ms. A script that takes longer fails with kind `timeout` and is terminated at most 250 ms later,
   * whatever it does. Default 850, so that nothing runs for longer than 1.1 s.
   */
  documentTimeoutMs?: number;
  /** Terminates a worker after this idle time, in ms. Default 30,000. */
  idleMs?: number;
  /** Maximum depth of dependent `load` calls (an id that comes from a loaded document). Default 16. */
  maxLoadRounds?: number;
  /** How many documents one document may request with `load`. Default 1,000. */
  maxLoads?: number;
  /**
   * Maximum size of all copies of a document, in characters of JSON text, or twice its own size if that is more. A script that
   * produces more fails with kind `too-much`. Default 4 Mi.
   */
  maxOutput?: number;
  /** Maximum number of copies per document. Default 4,096. */
  maxCopies?: number;
  /** Overrides maxLoads, maxOutput and maxCopies; called before each batch, so that they can change while scripts are open. */
  budgets?: () => ScriptBudgets;
  /**
   * After this many consecutive documents that broke their sandbox (`timeout`, `memory`, `crashed`), a script is no longer run
   * and its runner throws ScriptFaultedError. Default 5.
   */
  faultAfter?: number;
}

/** What a script may produce per document. */
export interface ScriptBudgets {
  /** As `ScriptPoolOptions.maxLoads`. */
  maxLoads: number;
  /** As `ScriptPoolOptions.maxOutput`. */
  maxOutput: number;
  /** As `ScriptPoolOptions.maxCopies`. */
  maxCopies: number;
}

export const DEFAULT_BUDGETS: ScriptBudgets = {
  maxLoads: 1_000,
  maxOutput: 4 * 1024 * 1024,
  maxCopies: 4_096,
};

/** Maximum output of a turn and a batch; a document that exceeds it alone gets a turn and a batch of its own. */
const TURN_SIZE = 1024 * 1024;
const BATCH_SIZE = 4 * 1024 * 1024;

/**
 * Runs scripts in worker threads, each in its own sandbox, and inspects them in a separate thread. Requesters share the workers
 * by CPU time. Idle workers do not keep the process alive.
 */
export class ScriptPool {
  readonly #slots: ScriptWorkerSlots;
  readonly #reader: ScriptReader;
  readonly #bounds: () => RunnerBounds;

  constructor(options: ScriptPoolOptions = {}) {
    const {
      maxWorkers = Math.max(2, availableParallelism()),
      memoryMiB = 64,
      documentTimeoutMs = 850,
      idleMs = 30_000,
    } = options;
    if (memoryMiB < LEAST_MEMORY_MIB)
      throw new RangeError(`memoryMiB is ${memoryMiB}; the sandbox itself needs 16, give it at least 17`);
    const own: ScriptBudgets = {
      maxLoads: options.maxLoads ?? DEFAULT_BUDGETS.maxLoads,
      maxOutput: options.maxOutput ?? DEFAULT_BUDGETS.maxOutput,
      maxCopies: options.maxCopies ?? DEFAULT_BUDGETS.maxCopies,
    };
    const { budgets = () => own } = options;
    this.#bounds = () => {
      const { maxLoads, maxOutput, maxCopies } = budgets();
      return {
        documentTimeoutMs,
        maxLoadRounds: options.maxLoadRounds ?? 16,
        documentAsks: maxLoads,
        documentSize: maxOutput,
        documentLoads: maxCopies,
        turnSize: TURN_SIZE,
        batchSize: BATCH_SIZE,
        faultAfter: options.faultAfter ?? 5,
      };
    };
    this.#reader = new ScriptReader({ idleMs });
    this.#slots = new WorkerSlots({
      maxWorkers,
      spare: maxWorkers > 1 ? 1 : 0,
      idleMs,
      start: (size) =>
        startScriptWorker(size, { memoryMiB, itemTimeoutMs: documentTimeoutMs, turnMs: TURN_MS }),
    });
  }

  /**
   * Inspects another module's script without running it, in a thread that is terminated when it takes too long; see
   * `inspectScript`. Rejects only with the signal's reason, PoolClosedError or WorkerStartError.
   */
  inspect(transformation: Transformation, signal?: AbortSignal): Promise<ScriptInspection> {
    return this.#reader.inspect(transformation, signal);
  }

  /** Makes a script ready to run. Rejects with ScriptRefusedError when it has problems, otherwise as `inspect` does. */
  async open(transformation: Transformation, signal?: AbortSignal): Promise<ScriptRunner> {
    const script = await this.#reader.compile(transformation, signal);
    const payer = transformation.requester ?? transformation.name;
    return new PooledScriptRunner(new OpenProgram(script, this.#slots), this.#slots, this.#bounds, payer);
  }

  /** Terminates every worker immediately; running batches reject. */
  async close(): Promise<void> {
    await Promise.all([this.#slots.close(), this.#reader.close()]);
  }
}
