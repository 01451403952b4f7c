import { hideFields, isObject, isSendable } from '@nestjs-spark/foundation/internal';
import { SecretError } from '../secrets.ts';
import type { VaultToken } from './plan-token.ts';
import type { VaultSettings } from './vault-settings.ts';

const ANSWER_MS = 5_000;

/** Vault understood and refused; `status` is its answer's. */
export class VaultRefusedError extends SecretError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
    hideFields(this, 'status');
  }

  /** It cannot answer for now: it is sealed or overloaded, or its node has not yet heard of what another one did. */
  get isPassing(): boolean {
    return this.status === 412 || this.status === 429 || this.status >= 500;
  }
}

/** What is asked of Vault: a login by AppRole, a longer life for the token, and the fields of one KV v2 secret. */
export class VaultClient {
  readonly #settings: VaultSettings;

  constructor(settings: VaultSettings) {
    this.#settings = settings;
  }

  async login(): Promise<VaultToken> {
    const { roleId, secretId } = this.#settings.credentials();
    const body = { role_id: roleId, secret_id: secretId };
    const { token, since } = await this.#auth('auth/approle/login', body);
    return { ...token, since, fullTtlMs: token.ttlMs };
  }

  async renew(old: VaultToken): Promise<VaultToken> {
    const { token, since } = await this.#auth('auth/token/renew-self', {}, old.value);
    return { ...token, since, fullTtlMs: old.fullTtlMs };
  }

  /** The fields that are text. @throws {SecretError} also where the answer is something else's: it says nothing of the fields */
  async read(token: VaultToken): Promise<ReadonlyMap<string, string>> {
    const fields = fieldsIn(await this.#ask('GET', this.#secret, undefined, token.value));
    if (fields) return fields;
    throw new SecretError(
      `Vault at ${this.#settings.address} answered without the fields of ${this.#secret}: check VAULT_ADDR, and what is in front of it`,
    );
  }

  /** As `read`, with the secret's version; no fields where there is no such secret, or none any more. */
  async readVersion(
    token: VaultToken,
  ): Promise<{ fields: ReadonlyMap<string, string> | null; version: number }> {
    const answer = await this.#send('GET', this.#secret, undefined, token.value);
    if (!answer.ok && answer.status !== 404) throw await this.#refusal(answer, this.#secret);
    const said: unknown = await answer.json().catch(() => null);
    const metadata = isObject(said) && isObject(said['data']) ? said['data']['metadata'] : undefined;
    return { fields: answer.ok ? fieldsIn(said) : null, version: versionIn(metadata) };
  }

  /**
   * Replaces the fields where the secret's version is still `version`, 0 for none.
   * @returns the new version; null when it is another one, and nothing was written
   */
  async write(token: VaultToken, fields: Record<string, string>, version: number): Promise<number | null> {
    const body = { options: { cas: version }, data: fields };
    const answer = await this.#send('POST', this.#secret, body, token.value);
    if (answer.ok) {
      const said = await this.#read(answer);
      return versionIn(isObject(said) ? said['data'] : undefined);
    }
    if (answer.status !== 400) throw await this.#refusal(answer, this.#secret);
    await answer.body?.cancel();
    return null;
  }

  get #secret(): string {
    const { mount, path } = this.#settings;
    return [mount, 'data', ...path.split('/')].map(encodeURIComponent).join('/');
  }

  async #auth(path: string, body: object, token?: string) {
    const since = performance.now();
    const answer = await this.#ask('POST', path, body, token);
    const auth = isObject(answer) && isObject(answer['auth']) ? answer['auth'] : {};
    const { client_token: value, lease_duration: seconds, renewable } = auth;
    if (!isSendable(value) || typeof seconds !== 'number' || seconds < 0)
      throw new SecretError(`Vault at ${this.#settings.address} answered without a token: check the AppRole`);
    return { since, token: { value, ttlMs: seconds * 1_000, renewable: renewable === true } };
  }

  async #ask(method: string, path: string, body?: object, token?: string): Promise<unknown> {
    const answer = await this.#send(method, path, body, token);
    if (answer.ok) return this.#read(answer);
    throw await this.#refusal(answer, path);
  }

  /** The error of a parser quotes what it read, which may be a part of a secret. */
  async #read(answer: Response): Promise<unknown> {
    try {
      return await answer.json();
    } catch {
      throw new SecretError(`Vault at ${this.#settings.address} answered with something else than JSON`);
    }
  }

  #send(method: string, path: string, body?: object, token?: string): Promise<Response> {
    const { address } = this.#settings;
    return fetch(`${address.replace(/(?<!\/)\/+$/, '')}/v1/${path}`, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: {
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new SecretError(`Vault at ${address} cannot be reached`, { cause });
    });
  }

  async #refusal(answer: Response, path: string): Promise<VaultRefusedError> {
    await answer.body?.cancel();
    return new VaultRefusedError(
      `Vault at ${this.#settings.address} answered ${answer.status} for ${path}: ${remedyFor(answer.status)}`,
      answer.status,
    );
  }
}

function fieldsIn(answer: unknown): ReadonlyMap<string, string> | null {
  const outer = isObject(answer) && isObject(answer['data']) ? answer['data'] : {};
  if (!isObject(outer['data'])) return null;
  return new Map(
    Object.entries(outer['data']).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}

function versionIn(metadata: unknown): number {
  return isObject(metadata) && typeof metadata['version'] === 'number' ? metadata['version'] : 0;
}

function remedyFor(status: number): string {
  if (status === 400) return 'check VAULT_ROLE_ID and VAULT_SECRET_ID, which may have expired';
  if (status === 403)
    return "let the AppRole's policy read the secret, and check that VAULT_SECRET_ID is still good";
  if (status === 404) return 'there is no such secret: check SPARK_VAULT_PATH';
  if (status === 429) return 'it is overloaded';
  if (status === 503) return 'it is sealed or in maintenance: unseal it';
  return 'see the log of Vault';
}
