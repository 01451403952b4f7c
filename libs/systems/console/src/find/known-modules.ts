import type { ModuleInformation, ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName, type Logger, describeError } from '@nestjs-spark/foundation/internal';

const FRESH_MS = 5_000;

/** The modules of all registries, cached: every request needs an address, and reading the registry each time would cost more than the request. */
export class KnownModules implements ModuleRegistry {
  readonly #registries: readonly ModuleRegistry[];
  readonly #log: Logger;
  #found: ModuleInformation[] = [];
  /** The last successful answer of each registry. */
  readonly #lists = new Map<ModuleRegistry, readonly ModuleInformation[]>();
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;

  constructor(registries: readonly ModuleRegistry[], log: Logger) {
    this.#registries = registries;
    this.#log = log;
  }

  /** The last known list, even while the registries are down. */
  async list(): Promise<ModuleInformation[]> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = null;
      });
      // Only wait while nothing is known yet: a hanging registry must not delay every request.
      if (this.#found.length === 0) await this.#reading;
    }
    return this.#found;
  }

  async find(module: string): Promise<ModuleInformation | null> {
    const found = await this.list();
    return found.find(({ appName }) => sameName(appName, module)) ?? null;
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    for (const registry of this.#registries) await registry.prepare(signal);
  }

  async register(information: ModuleInformation): Promise<void> {
    for (const registry of this.#registries) await registry.register(information);
  }

  async keep(information: ModuleInformation): Promise<boolean> {
    const written = await Promise.all(this.#registries.map((registry) => registry.keep(information)));
    return written.includes(true);
  }

  async #read(): Promise<void> {
    await Promise.all(
      this.#registries.map(async (registry) => {
        try {
          this.#lists.set(registry, await registry.list());
        } catch (error) {
          this.#log.debug(`A registry cannot be read: ${describeError(error)}`);
        }
      }),
    );
    const known = new Map<string, ModuleInformation>();
    // A module may be in one registry only: while that one is down, its last answer still counts.
    for (const list of this.#lists.values()) for (const one of list) keepNewer(known, one);
    this.#readAt = performance.now();
    this.#found = [...known.values()];
  }
}

function keepNewer(known: Map<string, ModuleInformation>, one: ModuleInformation): void {
  const before = known.get(nameKey(one.appName));
  if (!before || before.registeredAtUtc < one.registeredAtUtc) known.set(nameKey(one.appName), one);
}
