import { StoreRefusedError, VersionConflictError } from '@nestjs-spark/contracts';
import type { OpenDatabase } from './open-database.ts';

/** Runs work as the only writer; everything it did is kept, or when it throws, nothing. */
interface Writer {
  write<T>(work: (open: OpenDatabase) => T): Promise<T>;
}

interface Waiting {
  run(open: OpenDatabase): () => void;
  alone(): void;
}

/** Together they take some 20 ms, in which this process does nothing else. */
const MOST_TOGETHER = 500;

/**
 * Small writes that are asked for at the same time share a transaction: each waits for the disk inside of SQLite, and with it this
 * process's event loop. Each has its own outcome; where they fail together, each is tried alone.
 */
export class GroupedWrites {
  readonly #database: Writer;
  readonly #later: (flush: () => void) => void;
  #waiting: Waiting[] = [];

  /** @param later when what was asked for until then is written */
  constructor(database: Writer, later: (flush: () => void) => void = (flush) => queueMicrotask(flush)) {
    this.#database = database;
    this.#later = later;
  }

  /** @param work refuses by VersionConflictError or StoreRefusedError before it has written anything */
  write<T>(work: (open: OpenDatabase) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({
      run: (open) => {
        try {
          const result = work(open);
          return () => resolve(result);
        } catch (error) {
          if (isRefusal(error)) return () => reject(error);
          throw error;
        }
      },
      alone: () => void this.#database.write(work).then(resolve, reject),
    });
    if (this.#waiting.length === 1) this.#schedule();
    return promise;
  }

  #schedule(): void {
    this.#later(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const all = this.#waiting.splice(0, MOST_TOGETHER);
    if (this.#waiting.length > 0) this.#schedule();
    const [first] = all;
    if (all.length === 1) return first?.alone();
    try {
      const outcomes = await this.#database.write((open) => all.map(({ run }) => run(open)));
      for (const tell of outcomes) tell();
    } catch {
      for (const { alone } of all) alone();
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof VersionConflictError || error instanceof StoreRefusedError;
}
