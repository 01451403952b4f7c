import type { ModuleInformation } from '../registry/module-information.ts';

/** Where modules find each other. Every method throws `UnavailableError` when it is away. */
export interface ModuleRegistry {
  /** Makes what the registry itself needs (its database, in development). An abort ends it early, with an error. */
  prepare(signal?: AbortSignal): Promise<void>;
  register(information: ModuleInformation): Promise<void>;
  find(module: string): Promise<ModuleInformation | null>;
  list(): Promise<ModuleInformation[]>;
}
