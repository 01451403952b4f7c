import type { Provider } from '@nestjs/common';
import { SparkBus } from '@nestjs-spark/bus';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { type BusInUse, useBus } from '../connect/use-bus.ts';
import { JoinedRegistry } from '@nestjs-spark/modules/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import {
  BUS,
  CHANGE_LOG,
  CONTROL_BOARD,
  DEAD_LETTERS,
  LEASE_KEEPER,
  MODULE_REGISTRY,
  REPLICATION_OPTIONS,
  STORE_REGISTRY,
} from '../settings/tokens.ts';

/** The application's bus, or one of replication's own, and the ports over it. */
export const BUS_PROVIDERS: Provider[] = [
  {
    provide: BUS,
    inject: [{ token: SparkBus, optional: true }, REPLICATION_OPTIONS],
    useFactory: (shared: SparkBus | undefined, settings: ReplicationSettings): BusInUse =>
      useBus(shared, settings),
  },
  { provide: CONTROL_BOARD, inject: [BUS], useFactory: ({ bus }: BusInUse) => bus.board },
  { provide: CHANGE_LOG, inject: [BUS], useFactory: ({ bus }: BusInUse) => bus.changes },
  { provide: LEASE_KEEPER, inject: [BUS], useFactory: ({ bus }: BusInUse) => bus.leases },
  { provide: DEAD_LETTERS, inject: [BUS], useFactory: ({ bus }: BusInUse) => bus.deadLetters },
  {
    provide: MODULE_REGISTRY,
    inject: [STORE_REGISTRY, BUS],
    useFactory: (store: ModuleRegistry | null, { bus }: BusInUse): ModuleRegistry =>
      store ? new JoinedRegistry(store, bus.registry, logFor('ModuleRegistry')) : bus.registry,
  },
];
