/**
 * Spark's own small documents (requests, deployments, pinned keys) in the module's database.
 * Written with camelCase fields; a store may spell them differently as long as they come back unchanged.
 * Ids are ASCII, so every store compares them alike: case-insensitively.
 * A foreign document under such an id, in another collection, is ignored: it is neither read, listed nor overwritten. Every
 * method throws `UnavailableError` while the store is unavailable.
 */
export interface StateStore {
  read<T extends object>(id: string): Promise<Versioned<T> | null>;
  /** All documents whose id starts with `prefix`. */
  list<T extends object>(prefix: string): Promise<Versioned<T>[]>;
  /**
   * @param expected the version that must exist; null when the document must not exist
   * @param onDisk `now`, the default: it is on disk when this resolves. `soon`: a power cut, and nothing else, may lose it, for what is
   *   written again then; a store may ignore this
   * @returns the new version
   * @throws {VersionConflictError} when the stored version is another one
   * @throws {StoreRefusedError} when a foreign document has this id; an operator has to move it away
   */
  write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
    onDisk?: 'now' | 'soon',
  ): Promise<string>;
  remove(id: string): Promise<void>;
  /** The values of these ids, in the same order; null for those that do not exist. */
  readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]>;
  /**
   * Writes several documents in one transaction: all but the last over any version, the last only over the expected one.
   * @returns the new version of the last document
   * @throws {VersionConflictError} when its stored version is another one; nothing was written then
   */
  writeTogether(
    writes: readonly StateWrite[],
    last: StateWrite & { expected: string | null },
  ): Promise<string>;
}

/** One of several documents to write; the value null removes it. */
export interface StateWrite {
  id: string;
  collection: string;
  value: object | null;
}

export interface Versioned<T> {
  id: string;
  value: T;
  version: string;
}
