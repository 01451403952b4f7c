import type { Logger } from '@nestjs-spark/foundation/internal';
import { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
import type { Secrets } from './secrets.ts';
import { VaultSecrets } from './vault/vault-secrets.ts';
import { readVaultSettings } from './vault/vault-settings.ts';

const VARIABLES = ['SPARK_VAULT_PATH', 'VAULT_ADDR', 'VAULT_ROLE_ID', 'VAULT_ROLE_ID_FILE'];
/** Shared by all parts of a process, each of which would otherwise log in separately. */
const opened = new Map<string, Promise<Secrets>>();

/**
 * A process's secrets: variables and files, plus a secret in Vault if `SPARK_VAULT_PATH` names one.
 * @throws {SecretError} when Vault refuses, or cannot be reached within some 20 s
 */
export async function openSecretsWith(environment: Environment, log: Logger): Promise<Secrets> {
  const settings = readVaultSettings(environment);
  const ofEnvironment = new EnvironmentSecrets(environment);
  if (!settings) return ofEnvironment;
  const key = JSON.stringify(VARIABLES.map((name) => environment[name]));
  const opening = opened.get(key) ?? VaultSecrets.open(settings, ofEnvironment, log);
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  return opening;
}
