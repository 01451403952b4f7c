import { isObject } from '@nestjs-spark/foundation/internal';
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

  /** The fields that are text. */
  async read(token: VaultToken): Promise<ReadonlyMap<string, string>> {
    const { mount, path } = this.#settings;
    const at = [mount, 'data', ...path.split('/')].map(encodeURIComponent).join('/');
    const answer = await this.#ask('GET', at, undefined, token.value);
    const outer = isObject(answer) && isObject(answer['data']) ? answer['data'] : {};
    const fields = isObject(outer['data']) ? outer['data'] : {};
    return new Map(
      Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
    );
  }

  async #auth(path: string, body: object, token?: string) {
    const since = performance.now();
    const answer = await this.#ask('POST', path, body, token);
    const auth = isObject(answer) && isObject(answer['auth']) ? answer['auth'] : {};
    const { client_token: value, lease_duration: seconds, renewable } = auth;
    if (typeof value !== 'string' || typeof seconds !== 'number')
      throw new SecretError(`Vault at ${this.#settings.address} answered without a token: check the AppRole`);
    return { since, token: { value, ttlMs: seconds * 1_000, renewable: renewable === true } };
  }

  async #ask(method: string, path: string, body?: object, token?: string): Promise<unknown> {
    const { address } = this.#settings;
    const answer = await fetch(`${address.replace(/(?<!\/)\/+$/, '')}/v1/${path}`, {
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
    if (answer.ok) return answer.json();
    await answer.body?.cancel();
    throw new VaultRefusedError(
      `Vault at ${address} answered ${answer.status} for ${path}: ${remedyFor(answer.status)}`,
      answer.status,
    );
  }
}

function remedyFor(status: number): string {
  if (status === 400) return 'check VAULT_ROLE_ID and VAULT_SECRET_ID, which may have expired';
  if (status === 403)
    return "let the AppRole's policy read the secret, and check that VAULT_SECRET_ID is still good";
  if (status === 404) return 'there is no such secret: check SPARK_VAULT_PATH';
  return 'see the log of Vault';
}
