import type { ModuleInformation } from '../registry/module-information.ts';

/** Where modules find each other. Every method throws `UnavailableError` when it is away. */
export interface ModuleRegistry {
  /** Makes what the registry itself needs (its database, in development). An abort ends it early, with an error. */
  prepare(signal?: AbortSignal): Promise<void>;
  register(information: ModuleInformation): Promise<void>;
  /**
   * Writes the entry again where it is lost (`isEntryLost`), and never over another's, not even in the same moment.
   * @returns whether it was written
   */
  keep(information: ModuleInformation): Promise<boolean>;
  find(module: string): Promise<ModuleInformation | null>;
  list(): Promise<ModuleInformation[]>;
}
