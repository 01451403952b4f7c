import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import {
  ADMIT_PROVIDERS,
  KeyRing,
  ModuleClient,
  ModuleIdentity,
  OperatorToken,
  OwnAddress,
  SELF_CHECK_CONTROLLERS,
  SELF_CHECK_PROVIDERS,
  THIS_MODULE,
  TokenVerifier,
} from '@nestjs-spark/modules/internal';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { logFor } from '@nestjs-spark/observability/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { ConnectModule } from '../connect/connect.module.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { JOINED_REGISTRY, REPLICATION_SETTINGS } from '../settings/tokens.ts';

/**
 * Who this module is and where it is reached, how it knows the others, and how it calls them. Every Nest module with a `SparkController` imports it,
 * for the guard. `@nestjs-spark/modules` knows nothing of replication's settings, so its classes are made here.
 */
@Module({
  imports: [DiscoveryModule, ObservabilityModule, ConnectModule],
  controllers: SELF_CHECK_CONTROLLERS,
  providers: [
    ...ADMIT_PROVIDERS,
    ...SELF_CHECK_PROVIDERS,
    { provide: THIS_MODULE, useExisting: REPLICATION_SETTINGS },
    {
      provide: ModuleIdentity,
      inject: [REPLICATION_SETTINGS],
      useFactory: ({ keysDir: directory, moduleName: module, production }: ReplicationSettings) =>
        ModuleIdentity.open({ directory, module, production, log: logFor('ModuleIdentity') }),
    },
    {
      provide: OperatorToken,
      inject: [REPLICATION_SETTINGS],
      useFactory: ({ operatorToken }: ReplicationSettings) => new OperatorToken(operatorToken),
    },
    {
      provide: KeyRing,
      inject: [REPLICATION_SETTINGS, JOINED_REGISTRY, STATE_STORE],
      useFactory: (policy: ReplicationSettings, registry: ModuleRegistry, state: StateStore) =>
        new KeyRing({ registry, state, policy, log: logFor('KeyRing') }),
    },
    {
      provide: TokenVerifier,
      inject: [REPLICATION_SETTINGS, KeyRing, ModuleIdentity],
      useFactory: (receiver: ReplicationSettings, keys: KeyRing, own: ModuleIdentity) =>
        new TokenVerifier({ receiver, keys, own, log: logFor('TokenVerifier') }),
    },
    {
      provide: ModuleClient,
      inject: [JOINED_REGISTRY, ModuleIdentity],
      useFactory: (registry: ModuleRegistry, identity: ModuleIdentity) =>
        new ModuleClient({ registry, identity }),
    },
  ],
  exports: [ModuleIdentity, OperatorToken, OwnAddress, TokenVerifier, ModuleClient],
})
export class IdentifyModule {}
