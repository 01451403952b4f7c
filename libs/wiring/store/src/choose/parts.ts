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

/** The parts of a store, whichever it is. */
export interface StoreParts {
  info: StoreInfo;
  feed: ChangeSource;
  /** The same changes for a reader within this module, for which no deletes are kept. */
  changes: Pick<ChangeSource, 'ids' | 'read' | 'load' | 'wait'>;
  target: ChangeSink;
  state: StateStore;
  /** RavenDB's, if an address of it is configured; otherwise null: modules then find each other on the bus only. */
  registry: ModuleRegistry | null;
  /** For code that uses RavenDB directly; null on another store. */
  ravendb: RavenConnection | null;
  /** The embedded file, for code that works on the file itself; null on another store. */
  sqlite: SqliteDatabase | null;
  repository<T extends object>(entity: EntityDeclaration, prototype: object): Repository<T>;
  /** Writes documents of several repositories together. */
  writer: DocumentWriter;
  /** Copies everything to a new file; null if the store has its own way. */
  backup: ((path: string) => Promise<void>) | null;
  /** Why nothing can be written now, although the store is reachable; null when it can, as far as is known. */
  trouble(): string | null;
  /**
   * Creates what is missing: databases where that is allowed, tables, and these indexes (on RavenDB; SQLite needs none). Aborting
   * ends it early.
   */
  prepare(indexes: readonly IndexDefinition[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Describes the store, for the status and for choosing an engine. */
export interface StoreInfo {
  kind: 'ravendb' | 'sqlite';
  databaseName: string;
  /** Empty when the store is not a server. */
  databaseUrls: string[];
  /** Read again each time, because a licence may change. Throws `UnavailableError` when the server is unavailable. */
  licence(): Promise<RavenLicence>;
  /** The version of RavenDB or SQLite, cached for a minute; null until it could be read. Never throws. */
  version(): Promise<string | null>;
}
