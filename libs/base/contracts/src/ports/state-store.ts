/**
 * Small documents of Spark's own (requests, deployments, pinned keys) in the module's database.
 * Written with camelCase fields; a store may spell them its own way as long as they come back the same.
 * Ids are ASCII, so every store tells them apart in the same way: without regard to case.
 * A document that somebody else wrote under such an id, in another collection, is none of them: it is not read, not listed
 * and not written over. Every method throws `UnavailableError` when the store is away.
 */
export interface StateStore {
  read<T extends object>(id: string): Promise<Versioned<T> | null>;
  /** All documents whose id starts with `prefix`. */
  list<T extends object>(prefix: string): Promise<Versioned<T>[]>;
  /**
   * @param expected the version that must be there; null when there must be none
   * @returns the new version
   * @throws {VersionConflictError} when something else is there
   * @throws {StoreRefusedError} when that is not a document of Spark's own, which an operator has to move away
   */
  write<T extends object>(id: string, collection: string, value: T, expected: string | null): Promise<string>;
  remove(id: string): Promise<void>;
  /** The values of these ids, in their order; null where there is none. */
  readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]>;
  /**
   * Writes several documents in one transaction, over any version of them, and a last one only over the version that is expected.
   * @returns the new version of the last one
   * @throws {VersionConflictError} when something else is there; nothing at all was written then
   */
  writeTogether(
    writes: readonly StateWrite[],
    last: StateWrite & { expected: string | null },
  ): Promise<string>;
}

/** One document of several; the value null removes it. */
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
