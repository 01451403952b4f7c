import { resolve } from 'node:path';
import { setImmediate } from 'node:timers';
import { type Logger, retry, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { LET_TABLES_CHANGE, TABLES_STAY } from '../schema/rebuild-table.ts';
import { DiskFullError, freeBytes } from './disk-full-error.ts';
import { GroupedWrites } from './grouped-writes.ts';
import { OpenDatabase } from './open-database.ts';
import { openFile } from './open-file.ts';
import { hasReaders } from './readers.ts';
import { beginTransaction, endTransaction } from './replicated.ts';
import type { SqliteSettings } from './settings.ts';
import { isBusy, isFull, toStoreError } from './sqlite-error.ts';
import { SOON, syncLog } from './sync-log.ts';
import { writeBackup } from './write-backup.ts';

/** A lock of another process is asked for again until `busyTimeoutMs` is over. */
const LOCKED: RetryPolicy = { waitMs: 10 };
const LOOK_FOR_ROOM_MS = 1_000;
const ROOM_TO_TRY = 1024 * 1024;

/** What a file needs to hear of: only warnings. */
type Warn = Pick<Logger, 'warn'>;

/**
 * One SQLite file, opened when first needed and shared by all parts of a process. Every transaction runs from its
 * beginning to its end without a pause, so transactions of one process never meet.
 */
export class SqliteDatabase {
  readonly path: string;
  readonly settings: SqliteSettings;
  readonly #log: Warn;
  readonly #busyTimeoutMs: number;
  readonly #listeners = new Set<() => void>();
  /** What many requests bring while the disk is waited for comes in one turn of the event loop. */
  readonly #grouped = new GroupedWrites(
    { write: (work) => this.#write(work, undefined, workOnOne) },
    (flush) => void setImmediate(flush),
  );
  #open: OpenDatabase | null = null;
  #closed = false;
  #full: DiskFullError | null = null;
  #lookingForRoom: NodeJS.Timeout | null = null;
  /** How many transactions the disk was to get soon, and how many of them it has for sure. */
  #soon = 0;
  #onDisk = 0;

  constructor(settings: SqliteSettings, log: Warn = { warn: () => undefined }) {
    this.path = settings.path === ':memory:' ? settings.path : resolve(settings.path);
    this.settings = settings;
    this.#log = log;
    this.#busyTimeoutMs = settings.busyTimeoutMs ?? 5_000;
  }

  /** Why nothing can be written just now, although it can be read; null when it can, as far as is known. */
  get trouble(): string | null {
    return this.#full?.message ?? null;
  }

  /** Runs `work` on one state of the database. */
  read<T>(work: (open: OpenDatabase) => T): Promise<T> {
    return this.#run('BEGIN', work);
  }

  /** Runs `work` as the only writer; everything it did is kept, or when it throws, nothing. */
  write<T>(work: (open: OpenDatabase) => T): Promise<T> {
    return this.#write(work);
  }

  /**
   * The same for a change of one document: those that are asked for in the same turn wait for the disk together, and each has its own
   * outcome.
   * @param work refuses by VersionConflictError or StoreRefusedError before it has changed a document
   */
  writeOne<T>(work: (open: OpenDatabase) => T): Promise<T> {
    return this.#grouped.write(work);
  }

  /**
   * The same for work that can be done again after a power cut: the disk gets it with the next `write`, or by `sync`. In a file
   * that has readers it is on the disk before they see it, because they go on from numbers that would be given again.
   */
  async writeSoon<T>(work: (open: OpenDatabase) => T): Promise<T> {
    if (await this.read(hasReaders)) return this.write(work);
    const { result, isRead } = await this.writeUnnumberedSoon((open) => ({
      result: work(open),
      isRead: hasReaders(open),
    }));
    // Another process has just begun to read.
    if (isRead) await this.sync();
    return result;
  }

  /** The same for work that changes no document, and so issues no such number: it never waits for the disk, even if there are readers. */
  async writeUnnumberedSoon<T>(work: (open: OpenDatabase) => T): Promise<T> {
    const result = await this.#write(work, SOON);
    this.#soon++;
    return result;
  }

  /** Resolves when the disk has all that was written before. */
  async sync(): Promise<void> {
    const soon = this.#soon;
    if (soon === this.#onDisk) return;
    await syncLog(this.path);
    this.#onDisk = Math.max(this.#onDisk, soon);
  }

  /** The same for work that recreates tables. */
  alterTables<T>(work: (open: OpenDatabase) => T): Promise<T> {
    return this.#write(work, { before: LET_TABLES_CHANGE, after: TABLES_STAY });
  }

  /** @returns how to stop hearing of it */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Copies the database as it is now to a new file while it is used. The copy has a database id of its own, so that
   * readers of the original start over when the copy replaces it.
   * @throws {StoreRefusedError} when there is such a file
   */
  async backup(path: string): Promise<void> {
    const { db } = await this.read((open) => open);
    await writeBackup(db, this.path, path);
  }

  /** Writes the log into the file, so that it stands alone, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#hasRoom();
    const db = this.#open?.db;
    this.#open = null;
    if (!db) return;
    try {
      db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process reads or writes: the log stays and is taken up by the next process that opens it.
    }
    db.close();
  }

  async #write<T>(
    work: (open: OpenDatabase) => T,
    around?: Around,
    doIt: typeof workAsOnlyWriter = workAsOnlyWriter,
  ): Promise<T> {
    const result = await this.#run('BEGIN IMMEDIATE', (open) => doIt(open, work), around);
    this.#hasRoom();
    for (const listener of this.#listeners) listener();
    return result;
  }

  async #run<T>(begin: string, work: (open: OpenDatabase) => T, around?: Around): Promise<T> {
    const giveUpAt = performance.now() + this.#busyTimeoutMs;
    let cut = false;
    const mayHelp = (error: unknown): boolean => {
      if (!isFull(this.path, error)) return isBusy(error) && performance.now() < giveUpAt;
      if (cut) return false;
      cut = this.#cutLog();
      return cut;
    };
    try {
      const attempt = () => transaction(this.#opened(), begin, work, around);
      return await retry(attempt, { policy: LOCKED, retries: mayHelp });
    } catch (error) {
      throw isFull(this.path, error) ? this.#isFull(error) : toStoreError(this.path, error);
    }
  }

  #opened(): OpenDatabase {
    if (this.#closed) throw new Error(`${this.path} was closed by this process`);
    return (this.#open ??= new OpenDatabase(openFile(this.path, (what) => this.#log.warn(what))));
  }

  /** Gives the disk back what the log takes of it. @returns whether that could be done */
  #cutLog(): boolean {
    try {
      const row = this.#open?.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      return row !== undefined && row['busy'] === 0;
    } catch {
      return false;
    }
  }

  #isFull(error: unknown): DiskFullError {
    const full = new DiskFullError(this.path, { cause: error });
    if (this.#full === null) this.#log.warn(full.message);
    this.#full = full;
    if (!this.#closed)
      this.#lookingForRoom ??= setInterval(() => this.#lookForRoom(), LOOK_FOR_ROOM_MS).unref();
    return full;
  }

  /** Attempted, because there may be no other write for a long time. */
  #lookForRoom(): void {
    if ((freeBytes(this.path) ?? ROOM_TO_TRY) < ROOM_TO_TRY) return;
    void this.write((open) => open.db.exec('UPDATE spark_database SET moving = FALSE')).catch(
      () => undefined,
    );
  }

  #hasRoom(): void {
    if (this.#lookingForRoom) clearInterval(this.#lookingForRoom);
    this.#lookingForRoom = null;
    if (this.#full && !this.#closed) this.#log.warn(`The disk of ${this.path} has room again`);
    this.#full = null;
  }
}

function workAsOnlyWriter<T>(open: OpenDatabase, work: (open: OpenDatabase) => T): T {
  beginTransaction(open);
  const result = work(open.asOnlyWriter());
  endTransaction(open);
  return result;
}

/** The same for changes of one document each: an event without a transaction mark is its own transaction, so none needs a mark. */
function workOnOne<T>(open: OpenDatabase, work: (open: OpenDatabase) => T): T {
  return work(open.asOnlyWriter());
}

/** What is said outside of the transaction, before and after it. */
interface Around {
  before: string;
  after: string;
}

function transaction<T>(
  open: OpenDatabase,
  begin: string,
  work: (open: OpenDatabase) => T,
  around: Around | undefined,
): T {
  if (around) open.db.exec(around.before);
  try {
    open.begin(begin);
    const result = work(open);
    open.prepare('COMMIT').run();
    return result;
  } catch (error) {
    if (open.db.isTransaction) open.prepare('ROLLBACK').run();
    throw error;
  } finally {
    if (around) open.db.exec(around.after);
  }
}
