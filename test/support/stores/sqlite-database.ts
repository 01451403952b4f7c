import { readFile, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  declareTables,
  SqliteDatabase as SparkDatabase,
  type TableDeclaration,
} from '@nestjs-spark/sqlite/internal';
import type { DeployedTask, StoreCommand, StoredDocument, TestDatabase } from './test-database.ts';

const MOST_COMMANDS = 1_024;
const COMPUTED = new Set(['@collection', '@id', '@change-vector', '@last-modified']);

/**
 * One file, written to with plain SQL by another process than the app's, as with the `sqlite3` shell. Only that the
 * tables are there is left to the library.
 */
export class SqliteDatabase implements TestDatabase {
  readonly name: string;
  private readonly path: string;
  private readonly tables = new Set<string>();
  private connection: DatabaseSync | null = null;

  constructor(path: string) {
    this.path = path;
    this.name = basename(path);
  }

  get environment(): Record<string, string> {
    return { SPARK_STORE: `sqlite:${this.path}` };
  }

  async create(): Promise<void> {
    await this.declare([]);
  }

  async drop(): Promise<void> {
    this.connection?.close();
    this.connection = null;
    this.tables.clear();
    for (const end of ['', '-wal', '-shm']) await rm(`${this.path}${end}`, { force: true });
  }

  /** Restore it only while nobody else has the file open. */
  async backup(): Promise<() => Promise<void>> {
    const copy = `${this.path}.backup`;
    this.open().exec(`VACUUM INTO '${copy}'`);
    return async () => {
      await this.drop();
      await rename(copy, this.path);
    };
  }

  async get(id: string): Promise<StoredDocument | null> {
    for (const collection of this.collections()) {
      const row = this.open()
        .prepare(`SELECT _etag, id, _document, _metadata FROM "${collection}" WHERE id = ?`)
        .get(id);
      if (row) return toDocument(row, collection);
    }
    return null;
  }

  put(id: string, document: StoredDocument): Promise<void> {
    return this.write([{ id, document }]);
  }

  delete(id: string): Promise<void> {
    return this.write([{ id, deleted: true }]);
  }

  async write(commands: StoreCommand[]): Promise<void> {
    for (const command of commands) {
      if ('document' in command) await this.makeTable(collectionOf(command.document));
    }
    for (let at = 0; at < commands.length; at += MOST_COMMANDS) {
      this.open().exec('BEGIN IMMEDIATE');
      for (const command of commands.slice(at, at + MOST_COMMANDS)) {
        if ('document' in command) this.putNow(command.id, command.document);
        else this.deleteNow(command.id);
      }
      this.open().exec('COMMIT');
    }
  }

  async documents(collection: string): Promise<Map<string, StoredDocument>> {
    if (!this.collections().includes(collection)) return new Map();
    const rows = this.open().prepare(`SELECT _etag, id, _document, _metadata FROM "${collection}"`).all();
    return new Map(rows.map((row) => [String(row['id']).toLowerCase(), toDocument(row, collection)]));
  }

  async dump(): Promise<string> {
    const files = [this.path, `${this.path}-wal`];
    const contents = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')));
    return contents.join('');
  }

  async count(collection: string): Promise<number> {
    if (!this.collections().includes(collection)) return 0;
    return Number(this.open().prepare(`SELECT count(*) AS count FROM "${collection}"`).get()?.['count']);
  }

  betweenWrites(work: () => void): void {
    const open = this.open();
    open.exec('BEGIN IMMEDIATE');
    try {
      work();
    } finally {
      open.exec('ROLLBACK');
    }
  }

  /** As if the newest events were not kept for people to look at: what no reader waits for is gone. */
  async cleanTombstones(): Promise<void> {
    const open = this.open();
    open.exec('BEGIN IMMEDIATE');
    open.exec(`UPDATE spark_database SET trimmed = max(trimmed, iif(has_readers, confirmed, last_etag))`);
    for (const collection of this.collections()) {
      open.exec(
        `DELETE FROM "${collection}_Events" WHERE sequence_number <= (SELECT trimmed FROM spark_database)`,
      );
    }
    open.exec('COMMIT');
  }

  async documentsPut(task: string): Promise<number | null> {
    return this.state<{ documentsPut: number }>(`sparkCheckpoints/${task}`)?.documentsPut ?? null;
  }

  async deployedTasks(requester: string): Promise<DeployedTask[]> {
    return this.state<{ tasks: DeployedTask[] }>(`sparkDeployments/${requester}`)?.tasks ?? [];
  }

  private state<T>(id: string): T | null {
    const row = this.open().prepare('SELECT value FROM spark_state WHERE _key = lower(?)').get(id);
    return row ? (JSON.parse(String(row['value'])) as T) : null;
  }

  private putNow(id: string, document: StoredDocument): void {
    const { '@metadata': metadata = {}, ...fields } = document;
    const table = collectionOf(document);
    const kept = Object.entries(metadata).filter(([key]) => !COMPUTED.has(key));
    const values = [
      JSON.stringify(fields),
      kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : null,
      id,
    ];
    const { changes } = this.open()
      .prepare(`UPDATE "${table}" SET _document = ?, _metadata = ? WHERE id = ?`)
      .run(...values);
    if (changes === 0) {
      this.open()
        .prepare(`INSERT INTO "${table}" (_document, _metadata, id) VALUES (?, ?, ?)`)
        .run(...values);
    }
  }

  private deleteNow(id: string): void {
    for (const collection of this.collections()) {
      this.open().prepare(`DELETE FROM "${collection}" WHERE id = ?`).run(id);
    }
  }

  private collections(): string[] {
    const rows = this.open().prepare('SELECT name FROM spark_tables').all();
    return rows.map(({ name }) => String(name));
  }

  private async makeTable(collection: string): Promise<void> {
    if (this.tables.has(collection)) return;
    await this.declare([{ collection }]);
    this.tables.add(collection);
  }

  private async declare(tables: TableDeclaration[]): Promise<void> {
    const database = new SparkDatabase({ path: this.path, busyTimeoutMs: 60_000 });
    try {
      await declareTables(database, tables);
    } finally {
      await database.close();
    }
  }

  private open(): DatabaseSync {
    if (this.connection) return this.connection;
    this.connection = new DatabaseSync(this.path);
    this.connection.exec('PRAGMA busy_timeout = 60000; PRAGMA synchronous = NORMAL');
    return this.connection;
  }
}

function collectionOf(document: StoredDocument): string {
  return String(document['@metadata']?.['@collection']);
}

function toDocument(row: Record<string, unknown>, collection: string): StoredDocument {
  const { _etag, id, _document, _metadata } = row;
  const own = JSON.parse(String(_metadata ?? '{}')) as Record<string, unknown>;
  const metadata = { '@collection': collection, '@id': id, '@change-vector': String(_etag), ...own };
  return { ...(JSON.parse(String(_document)) as Record<string, unknown>), '@metadata': metadata };
}
