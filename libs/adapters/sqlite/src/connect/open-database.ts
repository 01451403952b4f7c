import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Etag } from '@nestjs-spark/contracts';

const STATEMENTS_KEPT = 500;

/** An open file within one transaction: everything here is synchronous. */
export class OpenDatabase {
  readonly db: DatabaseSync;
  readonly databaseId: string;
  readonly #statements = new Map<string, StatementSync>();
  #transactions = 0;

  constructor(db: DatabaseSync) {
    this.db = db;
    this.databaseId = String(this.prepare('SELECT database_id AS id FROM spark_database').get()?.['id']);
  }

  /** The statement, prepared once. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.db.prepare(sql);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= STATEMENTS_KEPT && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Different in each transaction, during which no other connection's writes become visible. */
  get transaction(): number {
    return this.#transactions;
  }

  begin(how: string): void {
    this.#transactions++;
    this.prepare(how).run();
  }

  /** Clears what a statement of another program may have left behind (see `triggersSql`); in a write transaction. */
  asOnlyWriter(): this {
    this.prepare('UPDATE spark_database SET replaced = NULL WHERE replaced IS NOT NULL').run();
    return this;
  }

  /** The result of `sql`, each row with the selected columns. */
  rows<R extends object>(sql: string, ...parameters: (string | number)[]): R[] {
    const rows: unknown[] = this.prepare(sql).all(...parameters);
    return rows as R[];
  }

  row<R extends object>(sql: string, ...parameters: (string | number)[]): R | null {
    const row: unknown = this.prepare(sql).get(...parameters);
    return (row as R | undefined) ?? null;
  }

  get lastEtag(): Etag {
    return this.number('SELECT last_etag AS value FROM spark_database');
  }

  /** The single number that `sql` returns as `value`. */
  number(sql: string, ...parameters: (string | number)[]): number {
    return Number(this.prepare(sql).get(...parameters)?.['value'] ?? 0);
  }

  /** A different value means that another connection has written. */
  get dataVersion(): number {
    return Number(this.prepare('PRAGMA data_version').get()?.['data_version']);
  }
}
