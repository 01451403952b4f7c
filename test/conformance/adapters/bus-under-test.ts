import type { ChangeLog, LeaseKeeper } from '@nestjs-spark/contracts/internal';
import {
  JetStreamChangeLog,
  JetStreamConnection,
  JetStreamLeaseKeeper,
} from '@nestjs-spark/jetstream/internal';
import { type NeededServer, testServers } from '@nestjs-spark/servers/testing';
import { MemoryChangeLog, MemoryLeases } from '@nestjs-spark/testing';

/** How many messages a log holds in these suites. */
export const LOG_LIMIT = 4;

/** What logs have to be for their suite. */
export interface LogUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenLog>;
  /** Logs that nobody answers for. */
  unreachable(): Promise<OpenLog>;
}

export interface OpenLog {
  logs: ChangeLog;
  /** The most that one message carries; more has to be carried in another way. */
  maxPayload: number;
  /** @param streams what the suite has made */
  drop(streams: readonly string[]): Promise<void>;
}

/** What leases have to be for their suite. */
export interface LeasesUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenLeases>;
}

export interface OpenLeases {
  /** One process that wants leases. */
  instance(): LeaseInstance;
  drop(): Promise<void>;
}

export interface LeaseInstance {
  keeper: LeaseKeeper;
  /** It shows no life any more, as a process that stands still or has lost its network. */
  fallSilent(name: string): Promise<void>;
}

const silent = { debug() {}, log() {}, warn() {}, error() {} };

const connect = (url: string): JetStreamConnection =>
  new JetStreamConnection({ url, name: 'conformance', log: silent });

export const jetstreamLog: LogUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: () => openJetStreamLog(testServers().natsUrl),
  unreachable: () => openJetStreamLog('nats://127.0.0.1:9'),
};

export const memoryLog: LogUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => openMemoryLog(false),
  unreachable: async () => openMemoryLog(true),
};

async function openJetStreamLog(url: string): Promise<OpenLog> {
  const connection = connect(url);
  const limits = { maxMessagesPerTask: LOG_LIMIT, maxBytes: 16 * 1024 ** 2 };
  return {
    logs: new JetStreamChangeLog({ connection, log: silent, limits }),
    maxPayload: 1024 ** 2,
    drop: async (streams) => {
      if (streams.length > 0) {
        await connection.use(async ({ jsm }) => {
          for (const name of streams.flatMap((one) => [one, `OBJ_${one}`]))
            await jsm.streams.delete(name).catch(() => false);
        });
      }
      await connection.close();
    },
  };
}

function openMemoryLog(away: boolean): OpenLog {
  const logs = Object.assign(new MemoryChangeLog(LOG_LIMIT), { away });
  return { logs, maxPayload: 1024 ** 2, drop: async () => undefined };
}

export const jetstreamLeases: LeasesUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: async () => {
    const connections: JetStreamConnection[] = [];
    return {
      instance: () => {
        const connection = connect(testServers().natsUrl);
        connections.push(connection);
        return {
          keeper: new JetStreamLeaseKeeper({ connection, module: 'spec', log: silent, ttlMs: 2_000 }),
          fallSilent: () => connection.close(),
        };
      },
      drop: async () => {
        for (const connection of connections) await connection.close();
      },
    };
  },
};

export const memoryLeases: LeasesUnderTest = {
  name: 'memory',
  needs: [],
  open: async () => {
    const keeper = new MemoryLeases();
    return {
      instance: () => ({ keeper, fallSilent: async (name) => keeper.take(name) }),
      drop: async () => undefined,
    };
  },
};
