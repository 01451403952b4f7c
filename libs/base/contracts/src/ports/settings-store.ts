/** A module's settings as stored. */
export interface HeldSettings {
  /** Null: there are none, or they were removed. */
  text: string | null;
  /** Changes with every write and removal. Only comparable for equality. */
  revision: string;
}

/**
 * One text shared by all instances of a module, holding its operators' settings. Others may have written it, so the reader has to
 * validate it.
 * Every method throws `UnavailableError` while the store is unavailable, and `StoreRefusedError` when the module lacks
 * permission, which an operator has to grant.
 */
export interface SettingsStore {
  /** The location, in words for operators; without credentials. */
  readonly place: string;
  read(): Promise<HeldSettings>;
  /**
   * @param revision the one that was read
   * @returns the new revision
   * @throws {VersionConflictError} when the revision has changed and nothing was written: read again
   */
  write(text: string, revision: string): Promise<string>;
  /** Resolves when the revision has changed, or `signal` aborts. It may resolve spuriously: read again. */
  changed(revision: string, signal: AbortSignal): Promise<void>;
}
