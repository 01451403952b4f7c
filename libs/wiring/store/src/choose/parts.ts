import type { Repository } from '@nestjs-spark/contracts';
import type {
  ChangeSource,
  ChangeSink,
  DocumentWriter,
  ModuleRegistry,
  StateStore,
} from '@nestjs-spark/contracts/internal';
import type { IndexDefinition } from '@nestjs-spark/ravendb';
import type { RavenConnection, RavenLicence } from '@nestjs-spark/ravendb/internal';
import type { SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import type { EntityDeclaration } from '../entities/entity.ts';

/** What a store is made of, whichever it is. */
export interface StoreParts {
  info: StoreInfo;
  feed: ChangeSource;
  /** The same changes for a reader of this module itself, for whom no deletes are kept. */
  changes: Pick<ChangeSource, 'ids' | 'read' | 'load' | 'wait'>;
  target: ChangeSink;
  state: StateStore;
  /** RavenDB's, where an address of it is configured; otherwise null: modules then find each other on the bus only. */
  registry: ModuleRegistry | null;
  /** For code that uses RavenDB itself; null on another store. */
  ravendb: RavenConnection | null;
  /** The embedded file, for what works on the file itself; null on another store. */
  sqlite: SqliteDatabase | null;
  repository<T extends object>(entity: EntityDeclaration, prototype: object): Repository<T>;
  /** What writes documents of several repositories together. */
  writer: DocumentWriter;
  /** Copies everything to a new file; null where the store has its own way. */
  backup: ((path: string) => Promise<void>) | null;
  /** Why nothing can be written just now, although the store is there; null when it can, as far as is known. */
  trouble(): string | null;
  /** Makes what is missing: databases where that is allowed, tables, and these indexes (on RavenDB; SQLite needs none). An abort ends it early. */
  prepare(indexes: readonly IndexDefinition[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What the store is, for the status and for the choice of an engine. */
export interface StoreInfo {
  kind: 'ravendb' | 'sqlite';
  databaseName: string;
  /** Empty when the store is not a server. */
  databaseUrls: string[];
  /** Read again each time, because a licence may change. Throws `UnavailableError` when the server is unavailable. */
  licence(): Promise<RavenLicence>;
  /** The version of RavenDB or SQLite, remembered for a minute; null until it could be asked for. Never throws. */
  version(): Promise<string | null>;
}
