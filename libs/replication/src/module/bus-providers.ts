import type { Provider } from '@nestjs/common';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import {
  DeadLetterStore,
  JetStreamChangeLog,
  JetStreamConnection,
  JetStreamControlBoard,
  JetStreamLeaseKeeper,
  JetStreamModuleRegistry,
  leaseProbe,
} from '@nestjs-spark/jetstream/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { JoinedRegistry } from '../register/joined-registry.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import {
  CHANGE_LOG,
  CONTROL_BOARD,
  DEAD_LETTERS,
  JETSTREAM_CONNECTION,
  LEASE_KEEPER,
  MODULE_REGISTRY,
  REPLICATION_OPTIONS,
  STORE_REGISTRY,
} from '../settings/tokens.ts';

/** The ports that JetStream serves, over one connection. */
export const BUS_PROVIDERS: Provider[] = [
  {
    provide: JETSTREAM_CONNECTION,
    inject: [REPLICATION_OPTIONS],
    useFactory: ({ natsUrl, moduleName }: ReplicationSettings) =>
      new JetStreamConnection({
        url: natsUrl,
        name: moduleName,
        log: logFor('JetStream'),
        probe: leaseProbe(moduleName),
      }),
  },
  {
    provide: CONTROL_BOARD,
    inject: [JETSTREAM_CONNECTION],
    useFactory: (connection: JetStreamConnection) =>
      new JetStreamControlBoard(connection, logFor('ControlBoard')),
  },
  {
    provide: CHANGE_LOG,
    inject: [JETSTREAM_CONNECTION, REPLICATION_OPTIONS],
    useFactory: (connection: JetStreamConnection, { routeMaxBytes }: ReplicationSettings) =>
      new JetStreamChangeLog({ connection, log: logFor('ChangeLog'), limits: { maxBytes: routeMaxBytes } }),
  },
  {
    provide: LEASE_KEEPER,
    inject: [JETSTREAM_CONNECTION],
    useFactory: (connection: JetStreamConnection) =>
      new JetStreamLeaseKeeper({ connection, log: logFor('LeaseKeeper') }),
  },
  {
    provide: MODULE_REGISTRY,
    inject: [STORE_REGISTRY, JETSTREAM_CONNECTION],
    useFactory: (store: ModuleRegistry | null, connection: JetStreamConnection): ModuleRegistry => {
      const bus = new JetStreamModuleRegistry({ connection });
      return store ? new JoinedRegistry(store, bus, logFor('ModuleRegistry')) : bus;
    },
  },
  {
    provide: DEAD_LETTERS,
    inject: [JETSTREAM_CONNECTION, REPLICATION_OPTIONS],
    useFactory: (connection: JetStreamConnection, { moduleName }: ReplicationSettings) =>
      new DeadLetterStore(connection, moduleName),
  },
];
