import type { Provider } from '@nestjs/common';
import {
  DeadLetterStore,
  JetStreamChangeLog,
  JetStreamConnection,
  JetStreamControlBoard,
  JetStreamLeaseKeeper,
} from '@nestjs-spark/jetstream/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import type { ReplicationSettings } from './options.ts';
import {
  CHANGE_LOG,
  CONTROL_BOARD,
  DEAD_LETTERS,
  JETSTREAM_CONNECTION,
  LEASE_KEEPER,
  REPLICATION_OPTIONS,
} from './tokens.ts';

/** The ports that JetStream serves, over one connection. */
export const BUS_PROVIDERS: Provider[] = [
  {
    provide: JETSTREAM_CONNECTION,
    inject: [REPLICATION_OPTIONS],
    useFactory: ({ natsUrl, moduleName }: ReplicationSettings) =>
      new JetStreamConnection({ url: natsUrl, name: moduleName, log: logFor('JetStream') }),
  },
  {
    provide: CONTROL_BOARD,
    inject: [JETSTREAM_CONNECTION],
    useFactory: (connection: JetStreamConnection) =>
      new JetStreamControlBoard(connection, logFor('ControlBoard')),
  },
  {
    provide: CHANGE_LOG,
    inject: [JETSTREAM_CONNECTION],
    useFactory: (connection: JetStreamConnection) =>
      new JetStreamChangeLog({ connection, log: logFor('ChangeLog') }),
  },
  {
    provide: LEASE_KEEPER,
    inject: [JETSTREAM_CONNECTION],
    useFactory: (connection: JetStreamConnection) =>
      new JetStreamLeaseKeeper({ connection, log: logFor('LeaseKeeper') }),
  },
  {
    provide: DEAD_LETTERS,
    inject: [JETSTREAM_CONNECTION, REPLICATION_OPTIONS],
    useFactory: (connection: JetStreamConnection, { moduleName }: ReplicationSettings) =>
      new DeadLetterStore(connection, moduleName),
  },
];
