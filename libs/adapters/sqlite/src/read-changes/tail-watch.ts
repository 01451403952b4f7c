import type { Etag } from '@nestjs-spark/contracts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';

/** Wakes readers: immediately after a write of this process, within `pollMs` after one of another. */
export class TailWatch {
  readonly #database: SqliteDatabase;
  readonly #pollMs: number;
  readonly #waiting = new Set<() => void>();
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | null = null;
  #version: number | null = null;

  constructor(database: SqliteDatabase, pollMs: number) {
    this.#database = database;
    this.#pollMs = pollMs;
    this.#stopListening = database.onWritten(() => this.#wake());
  }

  /** Resolves when the file is at another etag, or when aborted: a lower one is that of a backup which was written into it. */
  async wait(etag: Etag, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const changed = this.#change(signal);
      if ((await this.#database.read((open) => open.lastEtag)) !== etag) return;
      await changed;
    }
  }

  close(): void {
    this.#stopListening();
    this.#wake();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        if (this.#waiting.size === 0) this.#rest();
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
      this.#timer ??= setInterval(() => void this.#look(), this.#pollMs).unref();
    });
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }

  #rest(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    // Waiters look themselves, and then get the error.
    const version = await this.#database.read((open) => open.dataVersion).catch(() => null);
    if (version !== this.#version) this.#wake();
    this.#version = version;
  }
}
