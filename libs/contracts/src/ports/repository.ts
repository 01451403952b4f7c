/**
 * One collection of the application's own documents, the same on every store.
 * Fields are camelCase in TypeScript whatever the store writes. Methods throw `UnavailableError` when the store is away.
 */
export interface Repository<T extends object> {
  /** The document with its id and version, or null. */
  get(id: string): Promise<Stored<T> | null>;
  /** A page, in the order asked for (by id when nothing is asked), and how many there are in all. */
  list(query?: ListQuery<T>): Promise<Page<T>>;
  /** Stores a new document under an id of the store's making (`cars/1-A`) and returns it. */
  create(entity: T): Promise<Stored<T>>;
  /**
   * Replaces the document (or makes it).
   * @param options.version what `stored[VERSION]` said when it was read
   * @throws {VersionConflictError} when `options.version` is given and not the one that is there
   */
  put(id: string, entity: T, options?: { version?: string }): Promise<Stored<T>>;
  /** Changes only the named fields; null when there is no such document. */
  patch(id: string, changes: Partial<T>): Promise<Stored<T> | null>;
  /** Says whether there was one. */
  delete(id: string): Promise<boolean>;
}

/** Key of a stored document's version. A symbol, so that it is not among the fields that an API sends out. */
export const VERSION: unique symbol = Symbol('version');

export type Stored<T> = T & { id: string; readonly [VERSION]?: string };

export interface ListQuery<T> {
  /** Fields that must equal. */
  where?: Partial<T>;
  orderBy?: keyof T & string;
  descending?: boolean;
  /** Default 0. */
  skip?: number;
  /** Default 25. */
  take?: number;
}

export interface Page<T> {
  items: Stored<T>[];
  total: number;
}
