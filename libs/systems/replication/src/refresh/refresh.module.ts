import { Module } from '@nestjs/common';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import { ModuleIdentity, ModuleVerifier } from '@nestjs-spark/modules/internal';
import {
  openSettingsStore,
  SparkSettingsModule,
  type SettingsOptions,
} from '@nestjs-spark/settings/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { BusInUse } from '../connect/bus-in-use.ts';
import { ConnectModule } from '../connect/connect.module.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { START_ONLY_VARIABLES } from '../settings/live-schema.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';

const SETTINGS = SparkSettingsModule.forRootAsync({
  imports: [ConnectModule, IdentifyModule],
  inject: [REPLICATION_SETTINGS, LiveSettings, BusInUse, STATE_STORE, ModuleIdentity, ModuleVerifier],
  useFactory: async (
    { moduleName: module }: ReplicationSettings,
    live: LiveSettings,
    { bus }: BusInUse,
    state: StateStore,
    identity: ModuleIdentity,
    verifier: ModuleVerifier,
  ): Promise<SettingsOptions> => ({
    module,
    live,
    store: openSettingsStore(process.env, {
      module,
      connection: bus.connection,
      secrets: await openSecrets(process.env),
    }),
    state,
    signer: identity.messageSigner(),
    verifier,
    startOnly: START_ONLY_VARIABLES,
  }),
});

/** Settings that operators change while the application runs. */
@Module({ imports: [SETTINGS], exports: [SETTINGS] })
export class RefreshModule {}
