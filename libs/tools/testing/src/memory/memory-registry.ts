import {
  isEntryLost,
  UnavailableError,
  type ModuleInformation,
  type ModuleRegistry,
} from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** A registry in memory. `away` makes it behave as if its server were unreachable. */
export class MemoryRegistry implements ModuleRegistry {
  away = false;
  reads = 0;
  readonly modules = new Map<string, ModuleInformation>();

  async prepare(): Promise<void> {
    this.#check();
  }

  async register(information: ModuleInformation): Promise<void> {
    this.#check();
    this.modules.set(nameKey(information.appName), structuredClone(information));
  }

  async keep(information: ModuleInformation): Promise<boolean> {
    this.#check();
    const key = information.appName.toLowerCase();
    const isLost = isEntryLost(information, this.modules.get(key) ?? null);
    if (isLost) this.modules.set(key, structuredClone(information));
    return isLost;
  }

  async find(module: string): Promise<ModuleInformation | null> {
    this.#check();
    return structuredClone(this.modules.get(nameKey(module)) ?? null);
  }

  async list(): Promise<ModuleInformation[]> {
    this.#check();
    return structuredClone([...this.modules.values()]);
  }

  #check(): void {
    this.reads += 1;
    if (this.away) throw new UnavailableError('The registry cannot be reached');
  }
}
