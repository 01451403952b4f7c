import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { HeldSettings, SettingsStore } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import {
  planToken,
  SecretError,
  VaultClient,
  VaultRefusedError,
  type VaultSettings,
  type VaultToken,
} from '@nestjs-spark/secrets/internal';

/** The field of the secret that holds the text. */
const FIELD = 'settings';

/**
 * A module's settings in one KV v2 secret of Vault, whose version is the revision. Vault sends no notifications, so it is polled.
 */
export class VaultSettingsStore implements SettingsStore {
  readonly #client: VaultClient;
  readonly #settings: VaultSettings;
  #token: VaultToken | null = null;

  constructor(settings: VaultSettings) {
    this.#settings = settings;
    this.#client = new VaultClient(settings);
  }

  get place(): string {
    const { address, mount, path } = this.#settings;
    return `Vault (${address}, ${mount}/${path})`;
  }

  async read(): Promise<HeldSettings> {
    const { fields, version } = await this.#ask((token) => this.#client.readVersion(token));
    const text = fields?.get(FIELD) ?? null;
    // A removed version keeps its number.
    return { text, revision: text === null ? `${version} removed` : String(version) };
  }

  async write(text: string, revision: string): Promise<string> {
    const expected = Number.parseInt(revision, 10);
    const version = await this.#ask((token) => this.#client.write(token, { [FIELD]: text }, expected));
    if (version === null) throw new VersionConflictError('The settings');
    return String(version);
  }

  async changed(revision: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#settings.refreshMs, signal, { ref: false });
      if (signal.aborted || (await this.read()).revision !== revision) return;
    }
  }

  async #ask<T>(work: (token: VaultToken) => Promise<T>): Promise<T> {
    try {
      this.#token = await this.#currentToken();
      return await work(this.#token);
    } catch (error) {
      throw this.#asPortError(error);
    }
  }

  #currentToken(): Promise<VaultToken> | VaultToken {
    const plan = planToken(this.#token, performance.now());
    if (plan === 'login' || !this.#token) return this.#client.login();
    return plan === 'renew' ? this.#client.renew(this.#token) : this.#token;
  }

  #asPortError(error: unknown): unknown {
    if (!(error instanceof SecretError)) return error;
    if (!(error instanceof VaultRefusedError)) return new UnavailableError(error.message, { cause: error });
    // It may have been revoked; the next attempt logs in.
    if (error.status === 403) this.#token = null;
    return error.isPassing
      ? new UnavailableError(error.message, { cause: error, answered: true })
      : new StoreRefusedError(error.message, { cause: error });
  }
}
