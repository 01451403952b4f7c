import { Session, type Profiler } from 'node:inspector';

/**
 * Counts how often the blocks of this repository's own code are run. A count is the same on a busy machine, which a time is not.
 * Functions that have run before it began are counted as a whole only: begin before the first call.
 */
export class WorkCounter {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many blocks `work` runs. */
  async count(work: () => unknown): Promise<number> {
    this.#take();
    await work();
    return this.#take();
  }

  end(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** Of everything since the last time it was taken. */
  #take(): number {
    let sum = 0;
    // Answered before `post` returns: the session is of this thread.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      for (const { url, functions } of result) if (/\/libs\//.test(url)) sum += countOf(functions);
    });
    return sum;
  }
}

function countOf(functions: readonly Profiler.FunctionCoverage[]): number {
  return functions.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0);
}
