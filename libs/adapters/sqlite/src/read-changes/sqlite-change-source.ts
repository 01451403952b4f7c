import type { Etag } from '@nestjs-spark/contracts';
import type {
  ChangeSource,
  ChangePage,
  FeedQuery,
  SourceDocument,
  SourceIdentity,
  WitnessRecord,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import { hasReaders } from '../connect/readers.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { allTables, findTable } from '../entities/tables.ts';
import { trimEvents } from '../events/trim-events.ts';
import { readPage } from './read-page.ts';
import { sourceDocument } from './source-document.ts';
import { TailWatch } from './tail-watch.ts';
import { raiseWitness, readWitness } from './witness.ts';

export interface SqliteFeedOptions {
  /** How often to look whether another process has written. Default 50 ms. */
  pollMs?: number;
  /** About how many bytes of documents a page holds. Default 2 MB. */
  pageBytes?: number;
}

/** Reads one file's changes: documents from their tables in the order of etags, deletes from the event tables. */
export class SqliteChangeSource implements ChangeSource {
  readonly ids = 'sqlite';
  readonly #database: SqliteDatabase;
  readonly #tail: TailWatch;
  readonly #pageBytes: number;

  constructor(database: SqliteDatabase, options: SqliteFeedOptions = {}) {
    const { pollMs = 50, pageBytes = 2 * 1024 * 1024 } = options;
    this.#database = database;
    this.#tail = new TailWatch(database, pollMs);
    this.#pageBytes = pageBytes;
  }

  async identify(reader: string): Promise<SourceIdentity> {
    const known = await this.#database.read((open) => hasReaders(open) && identity(open, reader));
    if (known) return known;
    return this.#database.write((open) => {
      expectReaders(open);
      return identity(open, reader);
    });
  }

  read(query: FeedQuery): Promise<ChangePage> {
    return this.#database.read((open) => readPage(open, query, this.#pageBytes));
  }

  load(ids: string[]): Promise<(SourceDocument | null)[]> {
    return this.#database.read((open) => ids.map((id) => loadDocument(open, id)));
  }

  wait(etag: Etag, signal: AbortSignal): Promise<void> {
    return this.#tail.wait(etag, signal);
  }

  raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord> {
    return this.#database.write((open) => raiseWitness(open, reader, from));
  }

  async keepDeletesAfter(etag: Etag): Promise<void> {
    await this.#database.write(expectReaders);
    await trimEvents(this.#database, etag);
  }

  count(collection: string): Promise<number> {
    return this.#database.read((open) => findTable(open, collection)?.count() ?? 0);
  }

  async close(): Promise<void> {
    this.#tail.close();
  }
}

function identity(open: OpenDatabase, reader: string): SourceIdentity {
  return { databaseId: open.databaseId, lastEtag: open.lastEtag, witness: readWitness(open, reader) };
}

/** From now on deletes are kept until they are confirmed. */
function expectReaders(open: OpenDatabase): void {
  if (!hasReaders(open)) open.prepare('UPDATE spark_database SET has_readers = 1').run();
}

function loadDocument(open: OpenDatabase, id: string): SourceDocument | null {
  // SQLite would look for the replacement character.
  if (!id.isWellFormed()) return null;
  for (const table of allTables(open)) {
    const row = table.get(id);
    if (row) return sourceDocument(row, table.collection, open.databaseId);
  }
  return null;
}
