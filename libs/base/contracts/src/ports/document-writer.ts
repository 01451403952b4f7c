import type { EntityPut } from '../documents/entity-mapping.ts';
import type { IdRule } from '../names/id-rules.ts';

/** A collection as the application declares it. Tables and indexes are SQLite's. */
export interface CollectionDeclaration {
  collection: string;
  /** Paths of the objects whose keys are data and not names of fields. */
  dictionaries?: readonly string[];
  table?: string;
  indexes?: readonly string[];
}

/** One of several writes that happen together. */
export type DocumentWrite = {
  declaration: CollectionDeclaration;
  id: string;
} & (
  | ({
      kind: 'put';
      /** Undefined: any version. Null: no document exists yet. */
      version: string | null | undefined;
    } & EntityPut)
  | { kind: 'delete'; version: string | undefined }
);

/** Writes several documents of an application together. */
export interface DocumentWriter {
  /** How this store tells ids apart. */
  readonly ids: IdRule;
  /** Reserves an id that no document has had (`cars/1-A`). */
  newId(declaration: CollectionDeclaration): Promise<string>;
  /**
   * Writes all of them or none. A document is named once at most. A put keeps the metadata that others have set (see
   * `keptMetadata`). A delete without a version passes over what is not there or is of another collection.
   * @throws {VersionConflictError} naming the document that is not as expected
   * @throws {StoreRefusedError} when a document with this id is in another collection
   * @throws {UnavailableError} when the store is away; whether it wrote is then not known, but it was all or nothing
   */
  writeAll(writes: readonly DocumentWrite[]): Promise<void>;
}
