import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenDatabase } from './open-database.ts';
import { openFile } from './open-file.ts';
import type { SqliteSettings } from './settings.ts';
import { isBusy, toStoreError } from './sqlite-error.ts';
import { writeBackup } from './write-backup.ts';

const RETRY_MS = 10;

/**
 * One SQLite file, opened when first needed and shared by all parts of a process. Every transaction runs from its
 * beginning to its end without a pause, so transactions of one process never meet.
 */
export class SqliteDatabase {
  readonly path: string;
  readonly settings: SqliteSettings;
  readonly #busyTimeoutMs: number;
  readonly #listeners = new Set<() => void>();
  #open: OpenDatabase | null = null;
  #closed = false;

  constructor(settings: SqliteSettings) {
    this.path = settings.path === ':memory:' ? settings.path : resolve(settings.path);
    this.settings = settings;
    this.#busyTimeoutMs = settings.busyTimeoutMs ?? 5_000;
  }

  /** Runs `work` on one state of the database. */
  read<T>(work: (open: OpenDatabase) => T): Promise<T> {
    return this.#run('BEGIN', work);
  }

  /** Runs `work` as the only writer; everything it did is kept, or when it throws, nothing. */
  async write<T>(work: (open: OpenDatabase) => T): Promise<T> {
    const result = await this.#run('BEGIN IMMEDIATE', work);
    for (const listener of this.#listeners) listener();
    return result;
  }

  /** @returns how to stop hearing of it */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Copies the database as it is now to a new file while it is used. The copy has a database id of its own, so that
   * whoever read the original begins anew when the copy is put in its place.
   * @throws {StoreRefusedError} when there is such a file
   */
  async backup(path: string): Promise<void> {
    const { db } = await this.read((open) => open);
    await writeBackup(db, this.path, path);
  }

  /** Writes the log into the file, so that it stands alone, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    const db = this.#open?.db;
    this.#open = null;
    if (!db) return;
    try {
      db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process reads or writes: the log stays and is taken up by the next who opens.
    }
    db.close();
  }

  async #run<T>(begin: string, work: (open: OpenDatabase) => T): Promise<T> {
    const giveUpAt = performance.now() + this.#busyTimeoutMs;
    for (;;) {
      try {
        return transaction(this.#opened(), begin, work);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpAt) throw toStoreError(this.path, error);
      }
      await delay(RETRY_MS);
    }
  }

  #opened(): OpenDatabase {
    if (this.#closed) throw new Error(`${this.path} was closed by this process`);
    return (this.#open ??= new OpenDatabase(openFile(this.path)));
  }
}

function transaction<T>(open: OpenDatabase, begin: string, work: (open: OpenDatabase) => T): T {
  open.prepare(begin).run();
  try {
    const result = work(open);
    open.prepare('COMMIT').run();
    return result;
  } catch (error) {
    if (open.db.isTransaction) open.prepare('ROLLBACK').run();
    throw error;
  }
}
