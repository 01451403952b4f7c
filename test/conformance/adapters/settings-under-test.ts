import { randomUUID } from 'node:crypto';
import type { SettingsStore } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection, JetStreamSettingsStore, openBucket } from '@nestjs-spark/jetstream/internal';
import { type OpenBao, startOpenBao } from '@nestjs-spark/servers/internal';
import { testServers, VaultBench } from '@nestjs-spark/servers/testing';
import { openSettingsStore } from '@nestjs-spark/settings/internal';
import { MemorySettings } from '@nestjs-spark/testing';
import { ConsulContract } from '../../support/consul-contract.ts';

/** What a store of settings has to be for its suite. */
export interface SettingsUnderTest {
  name: string;
  open(): Promise<OpenSettings>;
  /** A store that nobody answers for. */
  unreachable(): Promise<OpenSettings>;
  /** A store that answers, and lets this module do nothing. */
  withoutRights?(): Promise<OpenSettings>;
}

export interface OpenSettings {
  /** As another instance of the same module has it. */
  store(): SettingsStore;
  /** Removes what is stored, as an administrator can. */
  remove(): Promise<void>;
  drop(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;
const SILENT = { debug() {}, log() {}, warn() {}, error() {} };
const NOWHERE = 'http://127.0.0.1:9';

export const memorySettings: SettingsUnderTest = {
  name: 'memory',
  open: async () => openMemory(false),
  unreachable: async () => openMemory(true),
};

export const jetstreamSettings: SettingsUnderTest = {
  name: 'JetStream',
  open: async () => openJetStream(testServers().natsUrl),
  unreachable: async () => openJetStream('nats://127.0.0.1:9'),
};

export const vaultSettings: SettingsUnderTest = {
  name: 'Vault',
  open: async () => {
    const { bao, bench } = await vault();
    const path = `spark/${randomUUID().slice(0, 8)}`;
    const environment = await bench.environment(path);
    return {
      store: () => storeOf({ ...environment, SPARK_SETTINGS_STORE: `vault:secret/${path}` }),
      remove: () => bench.remove(`${path}/fleet`),
      drop: async () => {
        await bao.stop();
        running = null;
      },
    };
  },
  unreachable: async () => {
    const environment = { VAULT_ADDR: NOWHERE, VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' };
    return fixed(storeOf({ ...environment, SPARK_SETTINGS_STORE: 'vault:secret/spark' }));
  },
  withoutRights: async () => {
    const { bench } = await vault();
    const environment = await bench.environment('spark/any');
    return fixed(storeOf({ ...environment, SPARK_SETTINGS_STORE: 'vault:secret/others' }));
  },
};

export const consulSettings: SettingsUnderTest = {
  name: 'Consul, by its contract',
  open: async () => {
    const consul = await ConsulContract.start('canary');
    return {
      store: () => consulStore(consul.address, 'canary'),
      remove: async () => consul.remove('spark/fleet'),
      drop: () => consul.stop(),
    };
  },
  unreachable: async () => fixed(consulStore(NOWHERE, 'canary')),
  withoutRights: async () => {
    const consul = await ConsulContract.start('canary');
    return { ...fixed(consulStore(consul.address, 'other')), drop: () => consul.stop() };
  },
};

function openMemory(away: boolean): OpenSettings {
  const store = Object.assign(new MemorySettings(), { away });
  return { store: () => store, remove: async () => void store.put(null), drop: nothing };
}

function openJetStream(url: string): OpenSettings {
  const connections: JetStreamConnection[] = [];
  const bucket = `CONFORMANCE-${randomUUID().slice(0, 8)}`;
  const connect = (): JetStreamConnection => {
    const connection = new JetStreamConnection({ url, name: 'conformance', log: SILENT });
    connections.push(connection);
    return connection;
  };
  return {
    store: () => new JetStreamSettingsStore({ connection: connect(), module: 'Fleet', bucket }),
    remove: () =>
      connect().use(async (handle) => {
        await openBucket(handle, bucket, {}, (values) => values.delete('fleet'));
      }),
    async drop() {
      const connection = connections.find(({ isConnected }) => isConnected);
      await connection?.use(({ jsm }) => jsm.streams.delete(`KV_${bucket}`));
      await Promise.all(connections.map((one) => one.close()));
    },
  };
}

let running: Promise<{ bao: OpenBao; bench: VaultBench }> | null = null;

/** One server for all tests of the suite. */
function vault(): Promise<{ bao: OpenBao; bench: VaultBench }> {
  running ??= startOpenBao({ log: () => undefined }).then(async (bao) => ({
    bao,
    bench: await VaultBench.prepare(bao),
  }));
  return running;
}

function storeOf(environment: Record<string, string>): SettingsStore {
  const connection = new JetStreamConnection({ url: 'nats://127.0.0.1:9', name: 'none', log: SILENT });
  const given = { SPARK_VAULT_REFRESH_SECONDS: '0.05', ...environment };
  const store = openSettingsStore(given, { module: 'Fleet', connection });
  if (!store) throw new Error('A store is named');
  return store;
}

function consulStore(address: string, token: string): SettingsStore {
  return storeOf({
    SPARK_SETTINGS_STORE: 'consul:spark',
    CONSUL_HTTP_ADDR: address,
    CONSUL_HTTP_TOKEN: token,
  });
}

function fixed(store: SettingsStore): OpenSettings {
  return { store: () => store, remove: nothing, drop: nothing };
}
