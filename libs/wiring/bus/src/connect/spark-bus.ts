import type {
  AuditLog,
  ChangeLog,
  ControlBoard,
  LeaseKeeper,
  ModuleRegistry,
  TokenLedger,
} from '@nestjs-spark/contracts/internal';
import {
  DeadLetterStore,
  JetStreamAuditLog,
  JetStreamChangeLog,
  JetStreamConnection,
  JetStreamControlBoard,
  JetStreamLeaseKeeper,
  JetStreamModuleRegistry,
  JetStreamTokenLedger,
  leaseProbe,
} from '@nestjs-spark/jetstream/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { Breakers, type BreakerReport } from '@nestjs-spark/foundation/internal';
import type { BusSettings } from '../settings/bus-settings.ts';

/** The application's bus: one connection, and everything that works over it. Connects on first use, in the background. */
export class SparkBus {
  /** The application's name on the bus. */
  readonly name: string;
  readonly connection: JetStreamConnection;
  readonly board: ControlBoard;
  readonly changes: ChangeLog;
  readonly leases: LeaseKeeper;
  readonly registry: ModuleRegistry;
  readonly deadLetters: DeadLetterStore;
  readonly tokens: TokenLedger;
  readonly audit: AuditLog;

  constructor({ natsUrl, name, routeMaxBytes, security }: BusSettings, breakers: Breakers = new Breakers()) {
    const connection = new JetStreamConnection({
      url: natsUrl,
      name,
      security,
      log: logFor('JetStream'),
      probe: leaseProbe(name),
    });
    this.name = name;
    breakers.show('nats', () => describeConnection(connection));
    this.connection = connection;
    this.board = new JetStreamControlBoard(connection, logFor('ControlBoard'));
    this.changes = new JetStreamChangeLog({
      connection,
      log: logFor('ChangeLog'),
      limits: { maxBytes: routeMaxBytes },
    });
    this.leases = new JetStreamLeaseKeeper({ connection, module: name, log: logFor('LeaseKeeper') });
    this.registry = new JetStreamModuleRegistry({ connection });
    this.deadLetters = new DeadLetterStore(connection, name);
    this.tokens = new JetStreamTokenLedger({ connection, module: name });
    this.audit = new JetStreamAuditLog({ connection, module: name });
  }

  /** Starts connecting without waiting for it. */
  start(): void {
    this.connection.start();
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** The connection acts as its own breaker: while it is down, only one connection attempt per half second is made. */
function describeConnection(connection: JetStreamConnection): BreakerReport {
  const { ready, detail } = connection.health();
  const state = ready ? 'closed' : connection.isConnected ? 'half-open' : 'open';
  return { target: 'nats', state, reason: ready ? null : detail };
}
