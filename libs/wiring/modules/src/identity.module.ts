import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { logFor } from '@nestjs-spark/observability/internal';
import { ADMIT_PROVIDERS } from './admit/providers.ts';
import { ModuleClient } from './call/module-client.ts';
import type { TrustPolicy } from './identify/judge-key.ts';
import { KeyRing } from './identify/key-ring.ts';
import { ModuleIdentity } from './identify/module-identity.ts';
import { OperatorToken } from './identify/operator-token.ts';
import { TokenVerifier } from './identify/token-verifier.ts';
import type { Receiver } from './identify/check-claims.ts';
import { OwnAddress } from './register/own-address.ts';
import { SELF_CHECK_CONTROLLERS, SELF_CHECK_PROVIDERS } from './self-check/providers.ts';
import { THIS_MODULE, type ThisModule } from './self-check/this-module.ts';

/** The identity of an application among the others, and how it recognizes them. */
export interface IdentityOptions extends ThisModule, TrustPolicy, Receiver {
  /** The folder of the key; in development a missing key is created. */
  keysDir: string;
  /** Null closes the operators' routes. */
  operatorToken: string | null;
  registry: ModuleRegistry;
  /** Where pinned keys are kept. */
  state: StateStore;
}

const IDENTITY_OPTIONS = Symbol('SPARK_IDENTITY_OPTIONS');

/** Where the options come from; for a system, from its own settings and the ports that it works over. */
export interface IdentityOptionsFactory extends Pick<ModuleMetadata, 'imports'> {
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => IdentityOptions;
}

/**
 * This module's identity and address, how it recognizes the others, and how it calls them. Every Nest module with a
 * `SparkController` imports what `forRootAsync` returns, because the guard needs it. To share one identity between several Nest
 * modules, import the same returned object in each of them.
 */
@Module({})
export class SparkIdentityModule {
  static forRootAsync({ imports = [], inject = [], useFactory }: IdentityOptionsFactory): DynamicModule {
    return {
      module: SparkIdentityModule,
      imports: [DiscoveryModule, ObservabilityModule, ...imports],
      controllers: SELF_CHECK_CONTROLLERS,
      providers: [
        { provide: IDENTITY_OPTIONS, inject, useFactory },
        { provide: THIS_MODULE, useExisting: IDENTITY_OPTIONS },
        ...ADMIT_PROVIDERS,
        ...SELF_CHECK_PROVIDERS,
        ...IDENTITY_PROVIDERS,
      ],
      exports: [ModuleIdentity, OperatorToken, OwnAddress, TokenVerifier, ModuleClient],
    };
  }
}

const IDENTITY_PROVIDERS: FactoryProvider[] = [
  {
    provide: ModuleIdentity,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ keysDir: directory, moduleName: module, production }: IdentityOptions) =>
      ModuleIdentity.open({
        directory,
        module,
        production,
        refuseOpen: production && process.env['SPARK_ALLOW_OPEN_KEY_FILE'] !== '1',
        log: logFor('ModuleIdentity'),
      }),
  },
  {
    provide: OperatorToken,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ operatorToken }: IdentityOptions) => new OperatorToken(operatorToken),
  },
  {
    provide: KeyRing,
    inject: [IDENTITY_OPTIONS],
    useFactory: (policy: IdentityOptions) => new KeyRing({ ...policy, policy, log: logFor('KeyRing') }),
  },
  {
    provide: TokenVerifier,
    inject: [IDENTITY_OPTIONS, KeyRing, ModuleIdentity],
    useFactory: (receiver: IdentityOptions, keys: KeyRing, own: ModuleIdentity) =>
      new TokenVerifier({ receiver, keys, own, log: logFor('TokenVerifier') }),
  },
  {
    provide: ModuleClient,
    inject: [IDENTITY_OPTIONS, ModuleIdentity, Breakers],
    useFactory: ({ registry }: IdentityOptions, identity: ModuleIdentity, breakers: Breakers) =>
      new ModuleClient({ registry, identity, breakers }),
  },
];
