import type { NeededServer } from '@nestjs-spark/servers/testing';
import type {
  ChangeSource,
  ChangeSink,
  DocumentWriter,
  Repository,
  StateStore,
} from '@nestjs-spark/contracts/internal';

/** A store with a fresh database in which a suite does as it likes. */
export interface OpenStore {
  feed(): ChangeSource;
  target(): ChangeSink;
  state(): StateStore;
  /** @param prototype of the class that the entities are of; plain objects when left out */
  repository<T extends object>(
    collection: string,
    prototype?: object,
    dictionaries?: readonly string[],
  ): Repository<T>;
  writer(): DocumentWriter;
  /** Writes one document past every port, as an application or an operator would. `json` is the text without metadata. */
  put(id: string, collection: string, json: string, metadata?: Record<string, string>): Promise<void>;
  /** The same with every sign as given; both are texts of JSON objects, `metadata` without the collection. */
  putText(id: string, collection: string, fields: string, metadata: string): Promise<void>;
  /** A document sign by sign as it is stored; metadata without what the store computes itself. Null when there is none. */
  parts(id: string): Promise<DocumentParts | null>;
  delete(id: string): Promise<void>;
  /** A target on the same database that refuses to delete one document, until it yields. */
  stubborn(id: string): Promise<{ target: ChangeSink; yields(): Promise<void> }>;
  /** The document's JSON text as stored, or null. */
  text(id: string): Promise<string | null>;
  ids(prefix: string): Promise<string[]>;
  /** Makes the store remove every delete that nothing holds back. */
  cleanTombstones(): Promise<void>;
  /** Ends with everything removed. */
  drop(): Promise<void>;
}

/** What the suite of `ChangeSource` needs of a store. */
export type OpenSource = Pick<OpenStore, 'feed' | 'put' | 'delete' | 'cleanTombstones' | 'drop'>;

/** What the suites of `ChangeSink` need of a store. */
export type OpenSink = Pick<OpenStore, 'target' | 'state' | 'put' | 'text' | 'ids' | 'stubborn' | 'drop'>;

export interface SourceUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenSource>;
  unreachable(): Promise<Pick<OpenSource, 'feed' | 'drop'>>;
}

export interface SinkUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenSink>;
  unreachable(): Promise<Pick<OpenSink, 'target' | 'drop'>>;
}

/** A state store has to be no more than this for its suite; a store is one as well. */
export interface StateUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<Pick<OpenStore, 'state' | 'drop'>>;
  /** A state store that nobody answers for. */
  unreachable(): Promise<Pick<OpenStore, 'state' | 'drop'>>;
}

export interface DocumentParts {
  fields: string;
  metadata: string;
}

export interface StoreUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenStore>;
  /** A store that nobody answers for. */
  unreachable(): Promise<OpenStore>;
}
