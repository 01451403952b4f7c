import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { describeError, pause, type Logger } from '@nestjs-spark/foundation/internal';
import type { ModuleIdentity } from '@nestjs-spark/modules/internal';
import { applicationVersion } from '@nestjs-spark/observability/internal';

const EVERY_MS = 15_000;

/** Registers the console's key, which modules look up. Where the console runs on its own, nothing else registers it. */
export class OwnRegistration {
  readonly #registry: ModuleRegistry;
  readonly #identity: ModuleIdentity;
  readonly #log: Logger;

  constructor(registry: ModuleRegistry, identity: ModuleIdentity, log: Logger) {
    this.#registry = registry;
    this.#identity = identity;
    this.#log = log;
  }

  /** Keeps the registration until the signal is aborted, and renews it if the entry is lost. */
  async run(signal: AbortSignal): Promise<void> {
    const version = applicationVersion();
    const information = await this.#identity.vouch({
      appName: this.#identity.module,
      // No requests are sent to a console.
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
