import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type SqliteDatabase, tableOf } from '@nestjs-spark/sqlite/internal';

/** Writes with plain SQL on a connection of its own, as the sqlite3 shell would; only tables are made by the library. */
export class SqliteShell {
  readonly #db: DatabaseSync;
  readonly #library: SqliteDatabase;

  constructor(path: string, library: SqliteDatabase) {
    this.#db = new DatabaseSync(path, { timeout: 30_000 });
    this.#db.exec('PRAGMA synchronous = OFF');
    this.#library = library;
  }

  async put(id: string, collection: string, json: string, metadata: Record<string, string>): Promise<void> {
    const { '@collection': _, ...rest } = metadata;
    const kept = Object.keys(rest).length > 0 ? JSON.stringify(rest) : null;
    await this.putText(id, collection, json, kept);
  }

  async putText(id: string, collection: string, json: string, kept: string | null): Promise<void> {
    await this.#library.write((open) => tableOf(open, collection));
    const changed = this.#run(
      `UPDATE "${collection}" SET _document = ?, _metadata = ? WHERE id = ?`,
      json,
      kept,
      id,
    );
    if (changed > 0) return;
    this.#run(`INSERT INTO "${collection}" (id, _document, _metadata) VALUES (?, ?, ?)`, id, json, kept);
  }

  delete(id: string): void {
    for (const table of this.#tables()) this.#run(`DELETE FROM "${table}" WHERE id = ?`, id);
  }

  /** Keeps a document from being deleted. @returns how to allow it again */
  keep(id: string): () => void {
    const table = this.#tables().find((one) =>
      this.#db.prepare(`SELECT 1 FROM "${one}" WHERE id = ?`).get(id),
    );
    const when = `WHEN OLD.id = '${id}'`;
    this.#db.exec(
      `CREATE TRIGGER keeps BEFORE DELETE ON "${table}" ${when} BEGIN SELECT RAISE(ABORT, 'keep it'); END`,
    );
    return () => this.#db.exec('DROP TRIGGER keeps');
  }

  text(id: string): string | null {
    for (const table of this.#tables()) {
      const row = this.#db.prepare(`SELECT _document, _metadata FROM "${table}" WHERE id = ?`).get(id);
      if (!row) continue;
      const metadata = { ...JSON.parse(String(row['_metadata'] ?? '{}')), '@collection': table };
      const inner = String(row['_document']).slice(1, -1);
      return `{${inner}${inner === '' ? '' : ','}"@metadata":${JSON.stringify(metadata)}}`;
    }
    return null;
  }

  /** Fields and metadata as the row has them. */
  parts(id: string): { fields: string; metadata: string } | null {
    for (const table of this.#tables()) {
      const row = this.#db
        .prepare(`SELECT _document, _metadata FROM "${table}" WHERE id = ? COLLATE NOCASE`)
        .get(id);
      if (row) return { fields: String(row['_document']), metadata: String(row['_metadata'] ?? '{}') };
    }
    return null;
  }

  ids(prefix: string): string[] {
    const found = this.#tables().flatMap((table) =>
      this.#db
        .prepare(`SELECT id FROM "${table}" WHERE id >= ? AND id < ?`)
        .all(prefix, `${prefix}\u{10ffff}`)
        .map((row) => String(row['id'])),
    );
    return found.toSorted();
  }

  close(): void {
    this.#db.close();
  }

  #tables(): string[] {
    return this.#db
      .prepare('SELECT name FROM spark_tables')
      .all()
      .map(({ name }) => String(name));
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#db.prepare(sql).run(...values).changes);
  }
}
