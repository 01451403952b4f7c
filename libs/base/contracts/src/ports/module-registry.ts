import type { ModuleInformation } from '../registry/module-information.ts';

/** Where modules find each other. Every method throws `UnavailableError` while it is unavailable. */
export interface ModuleRegistry {
  /** Creates what the registry itself needs (its database, in development). Aborting ends it early, with an error. */
  prepare(signal?: AbortSignal): Promise<void>;
  register(information: ModuleInformation): Promise<void>;
  /**
   * Writes the entry again if it is lost (`isEntryLost`), and never over another module's, not even under a race.
   * @returns whether it was written
   */
  keep(information: ModuleInformation): Promise<boolean>;
  find(module: string): Promise<ModuleInformation | null>;
  list(): Promise<ModuleInformation[]>;
}
