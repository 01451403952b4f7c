import { type Logger, messageOf, pause, retry, SayOnce } from '@nestjs-spark/foundation/internal';
import type { EnvironmentSecrets } from '../read/environment-secrets.ts';
import type { Secrets } from '../secrets.ts';
import { nextLookMs, planToken, type VaultToken } from './plan-token.ts';
import { VaultClient, VaultRefusedError } from './vault-client.ts';
import type { VaultSettings } from './vault-settings.ts';

const RETRY_MS = 2_000;
const FIRST_TRIES = 10;

/**
 * The fields of one secret in Vault, named like the variables. Environment variables take precedence. The values are re-read
 * periodically, and the token is renewed before it expires; while Vault is unavailable, the last values stay.
 */
export class VaultSecrets implements Secrets {
  readonly #settings: VaultSettings;
  readonly #client: VaultClient;
  readonly #environment: EnvironmentSecrets;
  readonly #log: Logger;
  readonly #said = new SayOnce();
  #token: VaultToken | null = null;
  #fields: ReadonlyMap<string, string> = new Map();

  private constructor(settings: VaultSettings, environment: EnvironmentSecrets, log: Logger) {
    this.#settings = settings;
    this.#client = new VaultClient(settings);
    this.#environment = environment;
    this.#log = log;
  }

  /**
   * Reads the secret for the first time, and keeps it current for the lifetime of the process. @throws {SecretError} when it
   * cannot
   */
  static async open(
    settings: VaultSettings,
    environment: EnvironmentSecrets,
    log: Logger,
  ): Promise<VaultSecrets> {
    const secrets = new VaultSecrets(settings, environment, log);
    await secrets.#readFirst();
    void secrets.#keepCurrent();
    return secrets;
  }

  text(name: string): string | undefined {
    return this.#environment.text(name) ?? (this.#fields.get(name)?.trim() || undefined);
  }

  bytes(name: string): Buffer | undefined {
    const field = this.#fields.get(name);
    return this.#environment.bytes(name) ?? (field === undefined ? undefined : Buffer.from(field));
  }

  /** Waits for a Vault that is starting at the same time, and sealed until then, but not for one that refuses. */
  #readFirst(): Promise<void> {
    const policy = { waitMs: RETRY_MS };
    const retries = (error: unknown) => !(error instanceof VaultRefusedError) || error.isPassing;
    return retry(() => this.#refresh(), { policy, retries, attempts: FIRST_TRIES });
  }

  async #keepCurrent(): Promise<void> {
    for (;;) {
      const { refreshMs } = this.#settings;
      const waitMs = this.#token ? nextLookMs(this.#token, refreshMs, performance.now()) : RETRY_MS;
      await pause(waitMs, undefined, { ref: false });
      try {
        await this.#refresh();
        this.#said.forget();
      } catch (error) {
        this.#tell(error);
        // A revoked token cannot be used any more.
        if (error instanceof VaultRefusedError && error.status === 403) this.#token = null;
        await pause(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  async #refresh(): Promise<void> {
    const plan = planToken(this.#token, performance.now());
    if (plan === 'login' || !this.#token) this.#token = await this.#client.login();
    else if (plan === 'renew') this.#token = await this.#client.renew(this.#token);
    this.#fields = await this.#client.read(this.#token);
  }

  #tell(error: unknown): void {
    const text = messageOf(error);
    if (this.#said.isNews(text)) this.#log.warn(`${text}. Trying again; the values read last are used`);
  }
}
