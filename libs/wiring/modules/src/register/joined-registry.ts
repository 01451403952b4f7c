import { newerOf, type ModuleInformation, type ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { type Logger, nameKey } from '@nestjs-spark/foundation/internal';

/** Two registries have a module of the same name with different keys: an operator has to decide which one is right. */
export class AmbiguousModuleError extends Error {
  constructor(name: string) {
    super(
      `Module ${name} is registered with two different keys: one in RavenDB (document moduleInformations/${name} of SparkModules), ` +
        `one on NATS (key ${nameKey(name)} of the bucket SPARK_MODULES). Neither is used. When two applications run under ` +
        'this name, rename one of them; when one entry is left over from before, delete it, or start the module again on the store it belongs to',
    );
    this.name = 'AmbiguousModuleError';
  }
}

/** Where a registry is. */
export type RegistryPlace = 'ravendb' | 'nats';

/**
 * Two registries as one: a module is registered in both and found in either, so modules on RavenDB and modules without it find
 * each other.
 */
export class JoinedRegistry implements ModuleRegistry {
  private readonly first: ModuleRegistry;
  private readonly second: ModuleRegistry;
  private readonly log: Logger;
  private readonly ambiguous = new Set<string>();

  constructor(first: ModuleRegistry, second: ModuleRegistry, log: Logger) {
    this.first = first;
    this.second = second;
    this.log = log;
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    await this.first.prepare(signal);
    await this.second.prepare(signal);
  }

  async register(information: ModuleInformation): Promise<void> {
    await this.first.register(information);
    await this.second.register(information);
  }

  async keep(information: ModuleInformation): Promise<boolean> {
    const first = await this.first.keep(information);
    const second = await this.second.keep(information);
    return first || second;
  }

  /** @throws {AmbiguousModuleError} when both have it, with different keys */
  async find(module: string): Promise<ModuleInformation | null> {
    const [one, other] = await Promise.all([this.first.find(module), this.second.find(module)]);
    if (!one || !other) return one ?? other;
    return newerOf(one, other) ?? Promise.reject(new AmbiguousModuleError(one.appName));
  }

  /** Omits ambiguous modules, logging that once, so that the others are not affected. */
  async list(): Promise<ModuleInformation[]> {
    const [ones, others] = await Promise.all([this.first.list(), this.second.list()]);
    const joined = new Map<string, ModuleInformation | null>(ones.map((one) => [keyOf(one), one]));
    for (const other of others) {
      const one = joined.get(keyOf(other));
      joined.set(keyOf(other), one ? newerOf(one, other) : other);
    }
    this.tell([...joined].flatMap(([name, one]) => (one ? [] : [name])));
    return [...joined.values()].filter((one) => one !== null);
  }

  /** Which of the two has each module, by lower-case name. The first is the store's, the second the bus's. */
  async places(): Promise<ReadonlyMap<string, readonly RegistryPlace[]>> {
    const [ones, others] = await Promise.all([this.first.list(), this.second.list()]);
    const found = new Map<string, RegistryPlace[]>();
    for (const one of ones) found.set(keyOf(one), ['ravendb']);
    for (const one of others) found.set(keyOf(one), [...(found.get(keyOf(one)) ?? []), 'nats']);
    return found;
  }

  private tell(ambiguous: readonly string[]): void {
    for (const name of ambiguous) {
      if (!this.ambiguous.has(name)) this.log.warn(new AmbiguousModuleError(name).message);
    }
    this.ambiguous.clear();
    for (const name of ambiguous) this.ambiguous.add(name);
  }
}

function keyOf({ appName }: ModuleInformation): string {
  return nameKey(appName);
}
