import type { EntityPut } from '../documents/entity-mapping.ts';
import type { IdRule } from '../names/id-rules.ts';

/** A collection as the application declares it. Tables and indexes only apply to SQLite. */
export interface CollectionDeclaration {
  collection: string;
  /** Paths of objects whose keys are data rather than field names. */
  dictionaries?: readonly string[];
  table?: string;
  indexes?: readonly string[];
}

/** One of several atomic writes. */
export type DocumentWrite = {
  declaration: CollectionDeclaration;
  id: string;
} & (
  | ({
      kind: 'put';
      /** Undefined: any version. Null: the document must not exist yet. */
      version: string | null | undefined;
    } & EntityPut)
  | { kind: 'delete'; version: string | undefined }
);

/** Writes several of an application's documents atomically. */
export interface DocumentWriter {
  /** How this store compares ids. */
  readonly ids: IdRule;
  /** Reserves an id that no document has had (`cars/1-A`). */
  newId(declaration: CollectionDeclaration): Promise<string>;
  /**
   * Writes all of them or none. Each document may occur at most once. A put keeps metadata set by others (see `keptMetadata`). A
   * delete without a version ignores a document that does not exist or is in another collection.
   * @throws {VersionConflictError} naming the document that is not as expected
   * @throws {StoreRefusedError} when a document with this id is in another collection
   * @throws {UnavailableError} when the store is unavailable; it is then unknown whether it wrote, but it was all or nothing
   */
  writeAll(writes: readonly DocumentWrite[]): Promise<void>;
}
