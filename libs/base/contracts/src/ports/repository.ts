import type { Where } from './where.ts';

/**
 * One collection of the application's own documents, the same on every store.
 * Fields are camelCase in TypeScript, however the store spells them. Methods throw `UnavailableError` when the store is away: try again later.
 *
 * Writes change what was meant and nothing else: a value that reads as it is in the entity keeps the text that is stored (numbers,
 * dates, the spelling of names, `$type` of .NET), and the metadata that others set stays.
 *
 * A class, and no interface, so that a constructor can name it as the type of what `@InjectRepository()` injects; never made with `new`.
 */
export abstract class Repository<T extends object> {
  /** The document with its id and version, or null. */
  abstract get(id: string): Promise<Stored<T> | null>;
  /**
   * A page, in the order asked for (by id when nothing is asked), and how many there are in all.
   * @throws {StoreRefusedError} naming field and operator, when `where` asks for something that no store answers
   */
  abstract list(query?: ListQuery<T>): Promise<Page<T>>;
  /**
   * Stores a new document under an id of the store's making (`cars/1-A`) and returns it.
   * @throws {ContentRefusedError} for a value that no store can keep, such as half a surrogate pair: change it
   */
  abstract create(entity: T): Promise<Stored<T>>;
  /**
   * Makes the document what the entity is (or makes a new one): fields that the entity does not have go. An entity that did not come
   * from this repository takes one more request on RavenDB, and makes a copy that it replaces the module's own document.
   * @param options.version what `stored[VERSION]` said when it was read. Default: any version is replaced
   * @throws {VersionConflictError} when `options.version` is given and not the one that is there: read again and decide again. Without
   *   a version, only when others changed the document each time it was tried (64 times)
   * @throws {StoreRefusedError} when the id belongs to a document of another collection: take another id
   * @throws {ContentRefusedError} for an id or a value that no store can keep: change it
   */
  abstract put(id: string, entity: T, options?: { version?: string }): Promise<Stored<T>>;
  /**
   * Changes only the named fields, each as a whole; one that is undefined goes. Others may change other fields at the same time.
   * Null when there is no such document.
   * @throws {VersionConflictError} when others changed the document each time it was tried (64 times): try again
   * @throws {ContentRefusedError} for a value that no store can keep: change it
   */
  abstract patch(id: string, changes: Partial<T>): Promise<Stored<T> | null>;
  /** Says whether there was one. */
  abstract delete(id: string): Promise<boolean>;
}

/** Key of a stored document's version. A symbol, so that it is not among the fields that an API sends out. */
export const VERSION: unique symbol = Symbol('version');

/** A document as the store gives it: its fields, its id, and the version that `put` can be told to expect. */
export type Stored<T> = T & { id: string; readonly [VERSION]?: string };

/** Which documents to list, in which order, and how many of them. */
export interface ListQuery<T> {
  /** What a document has to be like; several fields are combined with and. Default: every document. */
  where?: Where<T>;
  /** A field of the document's own. Default: the id. Documents that are equal there come by id. */
  orderBy?: keyof T & string;
  /** Default false. */
  descending?: boolean;
  /** How many to leave out. Default 0. */
  skip?: number;
  /** How many to answer at most. Default 25. */
  take?: number;
}

/** One page of a list. */
export interface Page<T> {
  items: Stored<T>[];
  /** How many documents the query finds, regardless of `skip` and `take`. */
  total: number;
}
