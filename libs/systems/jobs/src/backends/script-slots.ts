import { ScriptPool, type ScriptPoolOptions } from '@nestjs-spark/etl-script';

/**
 * Script pools with one thread each, one run at a time: ending a run ends its thread only, and once that has ended, nothing of the run can
 * continue.
 */
export class ScriptSlots {
  readonly #options: ScriptPoolOptions;
  readonly #idle: ScriptPool[] = [];
  readonly #busy = new Set<ScriptPool>();

  constructor(options: ScriptPoolOptions = {}) {
    this.#options = { ...options, maxWorkers: 1 };
  }

  take(): ScriptPool {
    const pool = this.#idle.pop() ?? new ScriptPool(this.#options);
    this.#busy.add(pool);
    return pool;
  }

  giveBack(pool: ScriptPool): void {
    if (this.#busy.delete(pool)) this.#idle.push(pool);
  }

  /** Ends the pool's threads. @returns when they have ended */
  async end(pool: ScriptPool): Promise<void> {
    this.#busy.delete(pool);
    await pool.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map((pool) => pool.close()));
  }
}
