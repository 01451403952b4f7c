import { randomUUID } from 'node:crypto';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import { JetStreamAuditLog, JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { AuditStore } from '@nestjs-spark/modules/internal';
import { type NeededServer, testServers } from '@nestjs-spark/servers/testing';
import { MemoryState } from '@nestjs-spark/testing';

/** What an audit log has to be for its suite. */
export interface AuditLogUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenAuditLog>;
  /** A log that nobody answers for. */
  unreachable(): Promise<OpenAuditLog>;
}

export interface OpenAuditLog {
  /** As another instance of the module has it. */
  log(module: string): AuditLog;
  drop(): Promise<void>;
}

export const jetstreamAudit: AuditLogUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: async () => openStream(testServers().natsUrl),
  unreachable: async () => openStream('nats://127.0.0.1:9'),
};

export const storedAudit: AuditLogUnderTest = {
  name: "a module's database",
  needs: [],
  open: async () => openStates(false),
  unreachable: async () => openStates(true),
};

/** Each module has a database of its own. */
function openStates(away: boolean): OpenAuditLog {
  const states = new Map<string, MemoryState>();
  return {
    log(module) {
      const state = states.get(module) ?? Object.assign(new MemoryState(), { away });
      states.set(module, state);
      return new AuditStore(state);
    },
    drop: async () => undefined,
  };
}

function openStream(url: string): OpenAuditLog {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const unique = randomUUID().slice(0, 8);
  const place = { stream: `CONFORMANCE-AUDIT-${unique}`, root: `conformance.audit.${unique}` };
  const connection = new JetStreamConnection({ url, name: 'conformance', log: silent });
  connection.start();
  return {
    log: (module) => new JetStreamAuditLog({ connection, module, ...place }),
    async drop() {
      if (connection.isConnected) await connection.use(({ jsm }) => jsm.streams.delete(place.stream));
      await connection.close();
    },
  };
}
