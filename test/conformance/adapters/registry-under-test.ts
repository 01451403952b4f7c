import { randomUUID } from 'node:crypto';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection, JetStreamModuleRegistry } from '@nestjs-spark/jetstream/internal';
import { type NeededServer, testServers } from '@nestjs-spark/servers/testing';

/** What a registry has to be for its suite; a store is one as well. */
export interface RegistryUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenRegistry>;
  /** A registry that nobody answers for. */
  unreachable(): Promise<OpenRegistry>;
}

export interface OpenRegistry {
  registry(): ModuleRegistry;
  /** Ends with everything removed. */
  drop(): Promise<void>;
}

/** The registry of modules that know no RavenDB. */
export const jetstream: RegistryUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: async () => openRegistry(testServers().natsUrl),
  unreachable: async () => openRegistry('nats://127.0.0.1:9'),
};

function openRegistry(url: string): OpenRegistry {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url, name: 'conformance', log: silent });
  const bucket = `CONFORMANCE-${randomUUID().slice(0, 8)}`;
  return {
    registry: () => new JetStreamModuleRegistry({ connection, bucket }),
    async drop() {
      if (connection.isConnected) {
        await connection.use(({ jsm }) => jsm.streams.delete(`KV_${bucket}`));
      }
      await connection.close();
    },
  };
}
