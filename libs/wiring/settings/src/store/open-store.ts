import { withoutUserInfo, type SettingsStore } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { JetStreamSettingsStore, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import {
  EnvironmentSecrets,
  SecretError,
  vaultSettingsAt,
  type Secrets,
} from '@nestjs-spark/secrets/internal';
import { ConsulSettingsStore } from './consul-settings-store.ts';
import { SettingsStoreError } from './settings-store-error.ts';
import { VaultSettingsStore } from './vault-settings-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a store needs. */
export interface StoreParts {
  module: string;
  connection: JetStreamConnection;
  /** Default: the environment only. */
  secrets?: Secrets;
}

const RULE =
  'SPARK_SETTINGS_STORE has to be nats, none, vault:ENGINE/PATH as in vault:secret/spark-settings, or consul:PATH as in consul:spark';
const PATH = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_.-]+)*$/;
const CONSUL = 'http://127.0.0.1:8500';

/**
 * The store that `SPARK_SETTINGS_STORE` names; null for none. Under a path, each module has its own key.
 * @throws {SettingsStoreError} when it does not name a usable one
 */
export function openSettingsStore(environment: Environment, parts: StoreParts): SettingsStore | null {
  const { module, connection, secrets = new EnvironmentSecrets(environment) } = parts;
  const named = environment['SPARK_SETTINGS_STORE']?.trim() || 'nats';
  const [kind = '', path = ''] = named.split(/:(.*)/s);
  const own = `${path}/${nameKey(module)}`;
  if (named === 'none') return null;
  if (named === 'nats') return new JetStreamSettingsStore({ connection, module });
  if (!PATH.test(path)) throw new SettingsStoreError(RULE);
  if (kind === 'vault') return new VaultSettingsStore(vaultAt(own, environment));
  if (kind !== 'consul') throw new SettingsStoreError(RULE);
  const token = (): string | undefined => secrets.text('CONSUL_HTTP_TOKEN');
  return new ConsulSettingsStore({ address: consulAddress(environment), key: own, token });
}

function vaultAt(path: string, environment: Environment): ReturnType<typeof vaultSettingsAt> {
  try {
    return vaultSettingsAt(path, environment, 'SPARK_SETTINGS_STORE');
  } catch (error) {
    if (error instanceof SecretError) throw new SettingsStoreError(error.message, { cause: error });
    throw error;
  }
}

/** As Consul's own tools interpret it: host and port alone mean http. */
function consulAddress(environment: Environment): string {
  const given = environment['CONSUL_HTTP_ADDR']?.trim() || CONSUL;
  const address = /^https?:\/\//.test(given) ? given : `http://${given}`;
  if (withoutUserInfo(address) !== address)
    throw new SettingsStoreError(
      'CONSUL_HTTP_ADDR has a user or a password, which are not sent: use CONSUL_HTTP_TOKEN',
    );
  if (URL.canParse(address)) return address;
  throw new SettingsStoreError('CONSUL_HTTP_ADDR has to be an http or https address, or host:port');
}
