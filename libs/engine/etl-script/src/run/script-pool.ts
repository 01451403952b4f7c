import { availableParallelism } from 'node:os';
import { LEAST_MEMORY_MIB, WorkerSlots } from '@nestjs-spark/sandbox';
import { compileScript } from '../compile/compile-script.ts';
import type { Transformation } from '../types.ts';
import { PooledScriptRunner, type ScriptRunner } from './script-runner.ts';
import { type ScriptWorkerSlots, startScriptWorker } from './script-worker.ts';

/** How scripts are bounded. */
export interface ScriptPoolOptions {
  /** Most worker threads at a time; more batches than that wait. Default: the machine's cores. */
  maxWorkers?: number;
  /** Memory of one sandbox in MiB, at least 17. A script that wants more fails with kind `memory`. Default 64. */
  memoryMiB?: number;
  /** Time for one document in ms. A script that takes longer fails with kind `timeout` and is gone 250 ms later at most,
   * whatever it does. Default 850, so that nothing runs for longer than 1.1 s. */
  documentTimeoutMs?: number;
  /** A worker that had nothing to do for this long, in ms, is let go. Default 30,000. */
  idleMs?: number;
  /** How deep `load` calls may depend on each other (an id that comes from a loaded document). Default 16. */
  maxLoadRounds?: number;
}

/** Runs scripts in worker threads, each in its own sandbox. Idle workers do not keep the process alive. */
export class ScriptPool {
  readonly #slots: ScriptWorkerSlots;
  readonly #maxLoadRounds: number;

  constructor(options: ScriptPoolOptions = {}) {
    const {
      maxWorkers = availableParallelism(),
      memoryMiB = 64,
      documentTimeoutMs = 850,
      idleMs = 30_000,
    } = options;
    if (memoryMiB < LEAST_MEMORY_MIB)
      throw new RangeError(`memoryMiB is ${memoryMiB}; the sandbox itself needs 16, give it at least 17`);
    this.#maxLoadRounds = options.maxLoadRounds ?? 16;
    this.#slots = new WorkerSlots({
      maxWorkers,
      idleMs,
      start: () => startScriptWorker({ memoryMiB, itemTimeoutMs: documentTimeoutMs }),
    });
  }

  /** Makes a script ready to run; starts no thread yet. Throws ScriptRefusedError when the script has problems. */
  open(transformation: Transformation): ScriptRunner {
    return new PooledScriptRunner(compileScript(transformation), this.#slots, this.#maxLoadRounds);
  }

  /** Ends every worker at once; batches under way reject. */
  close(): Promise<void> {
    return this.#slots.close();
  }
}
