import { Module } from '@nestjs/common';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { DeadLetterStore } from '@nestjs-spark/jetstream';
import { JoinedRegistry } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { MODULE_REGISTRY } from '@nestjs-spark/store';
import { CHANGE_LOG, CONTROL_BOARD, JOINED_REGISTRY, LEASE_KEEPER } from '../settings/tokens.ts';
import { BusInUse } from './bus-in-use.ts';

/** The ports of the bus. Those of the store are global: `SparkStoreModule` provides them. */
@Module({
  providers: [
    BusInUse,
    { provide: CONTROL_BOARD, inject: [BusInUse], useFactory: ({ bus }: BusInUse) => bus.board },
    { provide: CHANGE_LOG, inject: [BusInUse], useFactory: ({ bus }: BusInUse) => bus.changes },
    { provide: LEASE_KEEPER, inject: [BusInUse], useFactory: ({ bus }: BusInUse) => bus.leases },
    { provide: DeadLetterStore, inject: [BusInUse], useFactory: ({ bus }: BusInUse) => bus.deadLetters },
    {
      provide: JOINED_REGISTRY,
      inject: [MODULE_REGISTRY, BusInUse],
      useFactory: (store: ModuleRegistry | null, { bus }: BusInUse): ModuleRegistry =>
        store ? new JoinedRegistry(store, bus.registry, logFor('ModuleRegistry')) : bus.registry,
    },
  ],
  exports: [BusInUse, CONTROL_BOARD, CHANGE_LOG, LEASE_KEEPER, DeadLetterStore, JOINED_REGISTRY],
})
export class ConnectModule {}
