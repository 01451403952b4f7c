import { randomUUID } from 'node:crypto';
import type { TokenLedger } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection, JetStreamTokenLedger } from '@nestjs-spark/jetstream/internal';
import { type NeededServer, testServers } from '@nestjs-spark/servers/testing';
import { MemoryTokenLedger } from '@nestjs-spark/testing';

/** What a ledger of used tokens has to be for its suite. */
export interface LedgerUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenLedger>;
  /** A ledger that nobody answers for. */
  unreachable(): Promise<OpenLedger>;
}

export interface OpenLedger {
  /** As another instance of the same module has it. */
  ledger(): TokenLedger;
  drop(): Promise<void>;
}

export const jetstreamLedger: LedgerUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: async () => openLedger(testServers().natsUrl),
  unreachable: async () => openLedger('nats://127.0.0.1:9'),
};

export const memoryLedger: LedgerUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openMemory(false),
  unreachable: async () => openMemory(true),
};

function openMemory(away: boolean): OpenLedger {
  const ledger = Object.assign(new MemoryTokenLedger(), { away });
  return { ledger: () => ledger, drop: async () => undefined };
}

function openLedger(url: string): OpenLedger {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connections: JetStreamConnection[] = [];
  const bucket = `CONFORMANCE-${randomUUID().slice(0, 8)}`;
  const connect = (): JetStreamConnection => {
    const connection = new JetStreamConnection({ url, name: 'conformance', log: silent });
    connections.push(connection);
    return connection;
  };
  return {
    ledger: () => new JetStreamTokenLedger({ connection: connect(), module: 'Fleet', bucket }),
    async drop() {
      const connection = connections.find(({ isConnected }) => isConnected);
      await connection?.use(({ jsm }) => jsm.streams.delete(`KV_${bucket}`));
      await Promise.all(connections.map((one) => one.close()));
    },
  };
}
