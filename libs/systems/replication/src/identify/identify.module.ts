import { Module } from '@nestjs/common';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { SparkIdentityModule, type IdentityOptions } from '@nestjs-spark/modules/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { BusInUse } from '../connect/bus-in-use.ts';
import { ConnectModule } from '../connect/connect.module.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { JOINED_REGISTRY, REPLICATION_SETTINGS } from '../settings/tokens.ts';

const IDENTITY = SparkIdentityModule.forRootAsync({
  imports: [ConnectModule],
  inject: [REPLICATION_SETTINGS, JOINED_REGISTRY, STATE_STORE, BusInUse],
  useFactory: (
    settings: ReplicationSettings,
    registry: ModuleRegistry,
    state: StateStore,
    { bus }: BusInUse,
  ): IdentityOptions => ({
    ...settings,
    registry,
    state,
    ledger: bus.tokens,
    audit: bus.audit,
  }),
});

/** This module's identity among the others. Every Nest module with a `SparkController` imports it for the guard. */
@Module({ imports: [IDENTITY], exports: [IDENTITY] })
export class IdentifyModule {}
