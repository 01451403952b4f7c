import { EnvironmentSecrets, type Environment } from '../read/environment-secrets.ts';
import { SecretError } from '../secrets.ts';

/** Where an application's secrets are in Vault, and how it logs in there. */
export interface VaultSettings {
  address: string;
  /** The KV v2 engine, and the path of the secret in it. */
  mount: string;
  path: string;
  /** Called at each login: a file may have changed since. */
  credentials: () => { roleId: string; secretId: string };
  /** How often the values are re-read. */
  refreshMs: number;
}

const REFRESH_SECONDS = 60;

/**
 * Null when `SPARK_VAULT_PATH` is not set.
 * @throws {SecretError} with what is missing
 */
export function readVaultSettings(environment: Environment): VaultSettings | null {
  const whole = environment['SPARK_VAULT_PATH']?.trim() || undefined;
  return whole === undefined ? null : vaultSettingsAt(whole, environment, 'SPARK_VAULT_PATH');
}

/**
 * @param whole the engine and the path of a KV v2 secret
 * @param variable the variable that named it
 * @throws {SecretError} with what is missing
 */
export function vaultSettingsAt(whole: string, environment: Environment, variable: string): VaultSettings {
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const [mount = '', ...path] = whole.replace(/^\/+/, '').split('/');
  if (mount === '' || path.join('') === '')
    throw new SecretError(`${variable} has to be the engine and the path of a KV v2 secret: secret/fleet`);
  const address = env('VAULT_ADDR');
  if (address === undefined || !/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
    throw new SecretError(
      `VAULT_ADDR has to be the http or https address of Vault, since ${variable} is set`,
    );
  const { username, password } = new URL(address);
  // Node sends no request to such an address, and messages would show it.
  if (username !== '' || password !== '')
    throw new SecretError('VAULT_ADDR has a user or a password, which are not sent: leave them out');
  const refreshSeconds = Number(env('SPARK_VAULT_REFRESH_SECONDS') ?? REFRESH_SECONDS);
  if (!(refreshSeconds > 0 && refreshSeconds <= 86_400))
    throw new SecretError('SPARK_VAULT_REFRESH_SECONDS has to be a number of seconds above 0, at most 86400');
  const secrets = new EnvironmentSecrets(environment);
  const credentials = () => ({
    roleId: required(secrets, 'VAULT_ROLE_ID', variable),
    secretId: required(secrets, 'VAULT_SECRET_ID', variable),
  });
  credentials();
  return { address, mount, path: path.join('/'), credentials, refreshMs: refreshSeconds * 1_000 };
}

function required(secrets: EnvironmentSecrets, name: string, variable: string): string {
  const value = secrets.text(name);
  if (value !== undefined) return value;
  throw new SecretError(`${name} is missing: set it or ${name}_FILE, since ${variable} is set`);
}
