import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { retry, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { nodeSqlite } from '../connect/node-sqlite.ts';
import { isBusy, reasonToRefuse, toStoreError } from '../connect/sqlite-error.ts';
import { makePrivate } from '../connect/open-file.ts';

export type SqliteValue = SQLInputValue;
export type SqliteRow = Record<string, SQLInputValue>;

/** What can be done within a transaction. */
export interface SqliteWork {
  run(sql: string, ...values: SqliteValue[]): number;
  rows<Row extends SqliteRow>(sql: string, ...values: SqliteValue[]): Row[];
  /** Runs a statement for values that may be unacceptable: returns the reason, or null. The transaction continues in any case. */
  attempt(sql: string, values: readonly SqliteValue[]): string | null;
}

// Waiting inside SQLite blocks this process's event loop, so it is short; the longer wait happens outside.
const BUSY_MS = 20;
const LOCKED: RetryPolicy = { waitMs: 10 };
const GIVE_UP_MS = 5_000;
const MOST_STATEMENTS = 64;

/** A SQLite file with any other program's tables, in which Spark has no tables except those created through this. */
export class SqliteFile {
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Runs `work` as the only writer, without a pause; commits everything it did, or nothing when it throws.
   * @throws {StoreRefusedError} when the file is not an SQLite file, or is read-only
   * @throws {UnavailableError} when it is locked, or the disk is full
   */
  async write<T>(work: (work: SqliteWork) => T): Promise<T> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    try {
      return await retry(() => this.#transaction(work), {
        policy: LOCKED,
        retries: (error) => isBusy(error) && performance.now() < giveUpAt,
      });
    } catch (error) {
      throw toStoreError(this.#path, error);
    }
  }

  async close(): Promise<void> {
    this.#statements.clear();
    this.#db?.close();
    this.#db = null;
  }

  #transaction<T>(work: (work: SqliteWork) => T): T {
    const db = (this.#db ??= this.#open());
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work(this.#work(db));
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  #open(): DatabaseSync {
    const { DatabaseSync } = nodeSqlite();
    makePrivate(this.#path);
    const db = new DatabaseSync(this.#path);
    try {
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #work(db: DatabaseSync): SqliteWork {
    const prepared = (sql: string) => this.#prepared(db, sql);
    return {
      run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
      rows: <Row extends SqliteRow>(sql: string, ...values: SqliteValue[]) =>
        prepared(sql).all(...values) as Row[],
      attempt: (sql, values) => {
        const statement = prepared(sql);
        try {
          statement.run(...values);
          return null;
        } catch (error) {
          const reason = reasonToRefuse(error);
          if (reason === null) throw error;
          return reason;
        }
      },
    };
  }

  #prepared(db: DatabaseSync, sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    const made = db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}
