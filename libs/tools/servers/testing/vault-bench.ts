import type { OpenBao } from '../src/run/start-openbao.ts';

const POLICY = 'path "secret/data/spark/*" { capabilities = ["create", "read", "update"] }';

/** An OpenBao AppRole that can read and write secrets below `secret/spark`, and its administrator's operations. */
export class VaultBench {
  readonly #bao: OpenBao;
  readonly #seen = new Set<string>();

  private constructor(bao: OpenBao) {
    this.#bao = bao;
  }

  static async prepare(bao: OpenBao): Promise<VaultBench> {
    const bench = new VaultBench(bao);
    await bench.#ask('POST', 'sys/auth/approle', { type: 'approle' });
    await bench.#ask('PUT', 'sys/policies/acl/spark', { policy: POLICY });
    await bench.limitTokens({ token_ttl: '1h', token_max_ttl: '4h' });
    return bench;
  }

  async limitTokens(limits: { token_ttl: string; token_max_ttl: string }): Promise<void> {
    await this.#ask('POST', 'auth/approle/role/spark', { token_policies: 'spark', ...limits });
  }

  /** Replaces the secret's fields. @param path below the engine, such as `spark/fleet` */
  async write(path: string, data: Record<string, string>): Promise<void> {
    await this.#ask('POST', `secret/data/${path}`, { data });
  }

  /** Removes the secret's latest version, which keeps its number. */
  async remove(path: string): Promise<void> {
    await this.#ask('DELETE', `secret/data/${path}`);
  }

  /** The variables for an application. */
  async environment(path: string): Promise<Record<string, string>> {
    const role = await this.#ask<{ role_id: string }>('GET', 'auth/approle/role/spark/role-id');
    const secret = await this.#ask<{ secret_id: string }>('POST', 'auth/approle/role/spark/secret-id', {});
    return {
      SPARK_VAULT_PATH: `secret/${path}`,
      VAULT_ADDR: this.#bao.url,
      VAULT_ROLE_ID: role.role_id,
      VAULT_SECRET_ID: secret.secret_id,
    };
  }

  /** How many tokens have ever been seen, by this call and earlier ones. */
  async tokensSeen(): Promise<number> {
    const { keys } = await this.#ask<{ keys: string[] }>('LIST', 'auth/token/accessors');
    for (const key of keys) this.#seen.add(key);
    return this.#seen.size;
  }

  async revokeTokens(): Promise<void> {
    await this.#ask('PUT', 'sys/leases/revoke-prefix/auth/approle/login', {});
  }

  async #ask<T = unknown>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.#bao.url}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': this.#bao.rootToken, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? {} : (JSON.parse(text) as { data: T }).data) as T;
  }
}
