/** What a store has of a module's settings. */
export interface HeldSettings {
  /** Null: there are none, or they were removed. */
  text: string | null;
  /** Changes with every write and removal; comparable only for equality. */
  revision: string;
}

/**
 * One text that all instances of a module share, in which its operators' settings are kept. Others may have written it, so
 * whoever reads it checks it.
 * Every method throws `UnavailableError` while the store is away, and `StoreRefusedError` when it does not allow this: an
 * operator has to give the module the right.
 */
export interface SettingsStore {
  /** Where that is, for people; without credentials. */
  readonly place: string;
  read(): Promise<HeldSettings>;
  /**
   * @param revision the one that was read
   * @returns the new revision
   * @throws {VersionConflictError} when it is another one by now, and nothing was written; read again
   */
  write(text: string, revision: string): Promise<string>;
  /** Ends when the revision is another one, or `signal` aborts. It may end for no reason: read again. */
  changed(revision: string, signal: AbortSignal): Promise<void>;
}
