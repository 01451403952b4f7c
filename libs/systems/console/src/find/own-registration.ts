import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { describeError, pause, type Logger } from '@nestjs-spark/foundation/internal';
import type { ModuleIdentity } from '@nestjs-spark/modules/internal';
import { applicationVersion } from '@nestjs-spark/observability/internal';

const EVERY_MS = 15_000;

/** Puts the console's key into the registry, where modules look it up: where the console runs alone, nobody else does. */
export class OwnRegistration {
  readonly #registry: ModuleRegistry;
  readonly #identity: ModuleIdentity;
  readonly #log: Logger;

  constructor(registry: ModuleRegistry, identity: ModuleIdentity, log: Logger) {
    this.#registry = registry;
    this.#identity = identity;
    this.#log = log;
  }

  /** Until it is aborted: again when the entry is lost. */
  async run(signal: AbortSignal): Promise<void> {
    const version = applicationVersion();
    const information = await this.#identity.vouch({
      appName: this.#identity.module,
      // Nobody asks a console.
      appUrl: '',
      databaseName: '',
      databaseUrls: [],
      registeredAtUtc: new Date().toISOString(),
      ...(version === null ? {} : { version }),
    });
    let registered = false;
    while (!signal.aborted) {
      try {
        await this.#registry.prepare(signal);
        if (registered) await this.#registry.keep(information);
        else await this.#registry.register(information);
        registered = true;
      } catch (error) {
        if (!signal.aborted) this.#log.debug(`The console cannot be registered yet: ${describeError(error)}`);
      }
      await pause(registered ? EVERY_MS : 1_000, signal, { ref: false });
    }
  }
}
