import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import {
  ADMIT_PROVIDERS,
  KeyRing,
  ModuleClient,
  ModuleIdentity,
  OperatorToken,
  TokenVerifier,
} from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { ConnectModule } from '../connect/connect.module.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { JOINED_REGISTRY, REPLICATION_SETTINGS } from '../settings/tokens.ts';

/**
 * Who this module is, how it knows the others, and how it calls them. Every Nest module with a `SparkController` imports it,
 * for the guard. `@nestjs-spark/modules` knows nothing of replication's settings, so its classes are made here.
 */
@Module({
  imports: [DiscoveryModule, ConnectModule],
  providers: [
    ...ADMIT_PROVIDERS,
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
      inject: [REPLICATION_SETTINGS, KeyRing],
      useFactory: (receiver: ReplicationSettings, keys: KeyRing) =>
        new TokenVerifier({ receiver, keys, log: logFor('TokenVerifier') }),
    },
    {
      provide: ModuleClient,
      inject: [JOINED_REGISTRY, ModuleIdentity],
      useFactory: (registry: ModuleRegistry, identity: ModuleIdentity) =>
        new ModuleClient({ registry, identity }),
    },
  ],
  exports: [ModuleIdentity, OperatorToken, TokenVerifier, ModuleClient],
})
export class IdentifyModule {}
