import { CHANGE, type Change } from '../change-set/change.ts';
import type { Where } from './where.ts';

/**
 * One collection of the application's own documents, the same on every store.
 * Fields are camelCase in TypeScript, however the store spells them. Methods throw `UnavailableError` when the store is unavailable: try again later.
 *
 * Writes change only what is different: a value that equals the entity's keeps its stored text (numbers, dates, the spelling of
 * names, `$type` of .NET), and metadata set by others stays.
 *
 * An abstract class instead of an interface, so that a constructor can use it as the type of what `@InjectRepository()` injects.
 */
export abstract class Repository<T extends object> {
  /** The document with its id and version, or null. */
  abstract get(id: string): Promise<Stored<T> | null>;
  /**
   * A page in the requested order (by default, by id), and the total number of documents that match.
   * @throws {StoreRefusedError} naming field and operator, when `where` asks for something that no store supports; naming `skip` or
   *   `take`, when it is not a whole number of at least 0
   */
  abstract list(query?: ListQuery<T>): Promise<Page<T>>;
  /** Whether the collection has a document with this id. */
  abstract exists(id: string): Promise<boolean>;
  /**
   * Counts the documents that match. Default: the whole collection.
   * @throws {StoreRefusedError} as `list`
   * @throws {UnavailableError} when RavenDB is still building the index that this needs: try again later
   */
  abstract count(where?: Where<T>): Promise<number>;
  /**
   * Every document that matches, one after another in the order of their ids, for any number of them: one page at a time is read
   * and held. A document that exists throughout is returned exactly once; one that is created, changed or deleted meanwhile may
   * or may not be.
   * @throws {StoreRefusedError} as `list`, when the iteration begins
   * @throws {UnavailableError} when the store is unavailable or RavenDB is still building the index that this needs: begin again
   *   later
   */
  abstract all(where?: Where<T>): AsyncIterable<Stored<T>>;
  /**
   * Stores a new document under an id that the store assigns (`cars/1-A`) and returns it.
   * @throws {ContentRefusedError} for a value that no store can keep, such as half a surrogate pair: change it
   */
  abstract create(entity: T): Promise<Stored<T>>;
  /**
   * Replaces the document with the entity, or creates it: fields that the entity does not have are removed. An entity that did
   * not come from this repository costs one more request on RavenDB. If it replaces a copy, the document becomes the module's
   * own.
   * @param options.version the `stored[VERSION]` that was read. Default: any version is replaced
   * @throws {VersionConflictError} when `options.version` is not the stored version: read again and decide again. Without a
   *   version, only when others changed the document during each of 64 attempts
   * @throws {StoreRefusedError} when the id belongs to a document of another collection: take another id
   * @throws {ContentRefusedError} for an id or a value that no store can keep: change it
   */
  abstract put(id: string, entity: T, options?: { version?: string }): Promise<Stored<T>>;
  /**
   * Changes only the named fields, each as a whole; undefined removes a field. Other fields can be changed concurrently. Returns
   * null when the document does not exist.
   * @throws {VersionConflictError} when others changed the document during each of 64 attempts: try again
   * @throws {ContentRefusedError} for a value that no store can keep: change it
   */
  abstract patch(id: string, changes: Partial<T>): Promise<Stored<T> | null>;
  /**
   * Deletes the document. Returns the change that this made, or null when the document did not exist.
   * @param options.version the `stored[VERSION]` that was read. Default: any version is deleted
   * @throws {VersionConflictError} when `options.version` is not the stored version, or nothing is stored: read again and decide
   *   again
   */
  abstract delete(id: string, options?: { version?: string }): Promise<Change | null>;
}

/** Key of a stored document's version. A symbol, so that it is not among the fields that an API returns. */
export const VERSION: unique symbol = Symbol('version');

/**
 * A document as the store returns it: its fields, its id, the version that `put` and `delete` can be told to expect, and the change that made
 * this version (absent when read from a RavenDB cluster; always present after a write).
 */
export type Stored<T> = T & { id: string; readonly [VERSION]?: string; readonly [CHANGE]?: Change };

/** Which documents to list, in which order, and how many of them. */
export interface ListQuery<T> {
  /** Conditions that a document has to meet, combined with "and". Default: every document. */
  where?: Where<T>;
  /** A top-level field of the document. Default: the id. Documents with equal values are ordered by id. */
  orderBy?: keyof T & string;
  /** Default false. */
  descending?: boolean;
  /** How many to skip. Default 0. */
  skip?: number;
  /** How many to return at most. Default 25. */
  take?: number;
}

/** One page of a list. */
export interface Page<T> {
  items: Stored<T>[];
  /** How many documents the query finds, regardless of `skip` and `take`. */
  total: number;
}
