import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { AuditLog, ModuleRegistry, StateStore, TokenLedger } from '@nestjs-spark/contracts/internal';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import { logFor, Refusals } from '@nestjs-spark/observability/internal';
import { ADMIT_PROVIDERS } from './admit/providers.ts';
import { AUDIT_LOG } from './audit/audit-log.ts';
import { AuditStore } from './audit/audit-store.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { JoinedAuditLog } from './audit/joined-audit-log.ts';
import { TrailInUse, TrailInUseModule } from './audit/trail-in-use.ts';
import { AuditController } from './operate/audit.controller.ts';
import { AboutController } from './operate/about.controller.ts';
import { KeysController } from './operate/keys.controller.ts';
import { ModulesController } from './operate/modules.controller.ts';
import { REGISTRY_IN_USE } from './operate/tokens.ts';
import { Consoles } from './admit/consoles.ts';
import { ModuleClient } from './call/module-client.ts';
import type { TrustPolicy } from './identify/judge-key.ts';
import { KeyRing } from './identify/key-ring.ts';
import { KeyWatch } from './identify/key-watch.ts';
import { ModuleIdentity } from './identify/module-identity.ts';
import { OperatorToken } from './identify/operator-token.ts';
import { TokenVerifier } from './identify/token-verifier.ts';
import type { Receiver } from './identify/check-claims.ts';
import { ClientCredentials } from './issuer/client-credentials.ts';
import { IssuerTokens, type IssuerSettings } from './issuer/issuer-tokens.ts';
import { OwnAddress } from './register/own-address.ts';
import { ModuleVerifier } from './sign/module-verifier.ts';
import { SELF_CHECK_CONTROLLERS, SELF_CHECK_PROVIDERS } from './self-check/providers.ts';
import { THIS_MODULE, type ThisModule } from './self-check/this-module.ts';

/** An application's identity among modules, and how it authenticates them. */
export interface IdentityOptions extends ThisModule, TrustPolicy, Receiver {
  /** The folder of the key; in development a missing key is created. */
  keysDir: string;
  /** Null disables the operator routes. */
  operatorToken: string | null;
  registry: ModuleRegistry;
  /** Where pinned keys are stored. */
  state: StateStore;
  /** Refuses unsigned messages even from modules of a version that does not sign. Default false. */
  refuseUnsigned?: boolean;
  /** Where used tokens are recorded for all instances; without one, a token can be used once at each instance. */
  ledger?: TokenLedger;
  /** Where all modules' audit trails are stored; without one, this module's is in `state` only. */
  audit?: AuditLog;
  /** An identity provider whose tokens modules may use in place of their own. */
  tokenIssuer?: IssuerSettings | null;
}

const IDENTITY_OPTIONS = Symbol('SPARK_IDENTITY_OPTIONS');

/** Where the options come from: for a system, its own settings and the ports that it uses. */
export interface IdentityOptionsFactory extends Pick<ModuleMetadata, 'imports'> {
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => IdentityOptions | Promise<IdentityOptions>;
}

/**
 * This module's identity and address, how it authenticates the others, and how it calls them. Every Nest module with a
 * `SparkController` imports what `forRootAsync` returns, because the guard needs it. To share one identity between several Nest
 * modules, import the same returned object in each of them.
 */
@Module({})
export class SparkIdentityModule {
  static forRootAsync({ imports = [], inject = [], useFactory }: IdentityOptionsFactory): DynamicModule {
    return {
      module: SparkIdentityModule,
      imports: [DiscoveryModule, ObservabilityModule, TrailInUseModule, ...imports],
      controllers: [
        ...SELF_CHECK_CONTROLLERS,
        KeysController,
        AuditController,
        AboutController,
        ModulesController,
      ],
      providers: [
        { provide: IDENTITY_OPTIONS, inject, useFactory },
        { provide: THIS_MODULE, useExisting: IDENTITY_OPTIONS },
        ...ADMIT_PROVIDERS,
        ...SELF_CHECK_PROVIDERS,
        ...IDENTITY_PROVIDERS,
      ],
      exports: [
        ModuleIdentity,
        ModuleVerifier,
        OperatorToken,
        OwnAddress,
        TokenVerifier,
        ModuleClient,
        KeyRing,
        AuditTrail,
        Consoles,
      ],
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
    provide: Consoles,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ moduleName }: IdentityOptions) => Consoles.from(moduleName, process.env),
  },
  {
    provide: REGISTRY_IN_USE,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ registry }: IdentityOptions) => registry,
  },
  {
    provide: KeyRing,
    inject: [IDENTITY_OPTIONS],
    useFactory: (policy: IdentityOptions) => new KeyRing({ ...policy, policy, log: logFor('KeyRing') }),
  },
  {
    provide: AUDIT_LOG,
    inject: [IDENTITY_OPTIONS],
    useFactory: ({ state, audit }: IdentityOptions): AuditLog => {
      const own = new AuditStore(state);
      return audit ? new JoinedAuditLog(audit, own) : own;
    },
  },
  {
    provide: AuditTrail,
    inject: [IDENTITY_OPTIONS, AUDIT_LOG, Refusals, MetricsRegistry, TrailInUse],
    useFactory: (
      { moduleName: own }: IdentityOptions,
      audit: AuditLog,
      refusals: Refusals,
      { registry: metrics }: MetricsRegistry,
      inUse: TrailInUse,
    ) => {
      const trail = new AuditTrail({ own, audit, refusals, metrics, log: logFor('Audit') });
      inUse.join(trail);
      return trail;
    },
  },
  {
    provide: KeyWatch,
    inject: [KeyRing],
    useFactory: (keys: KeyRing) => new KeyWatch({ keys, log: logFor('KeyRing') }),
  },
  {
    provide: TokenVerifier,
    inject: [IDENTITY_OPTIONS, KeyRing, ModuleIdentity, Breakers],
    useFactory: (receiver: IdentityOptions, keys: KeyRing, own: ModuleIdentity, breakers: Breakers) =>
      new TokenVerifier({
        receiver,
        keys,
        own,
        ledger: receiver.ledger,
        provider: receiver.tokenIssuer ? new IssuerTokens(receiver.tokenIssuer, breakers) : undefined,
        log: logFor('TokenVerifier'),
      }),
  },
  {
    provide: ModuleVerifier,
    inject: [IDENTITY_OPTIONS, KeyRing, ModuleIdentity],
    useFactory: ({ registry, refuseUnsigned = false }: IdentityOptions, keys: KeyRing, own: ModuleIdentity) =>
      new ModuleVerifier({ registry, refuseUnsigned, keys, own }),
  },
  {
    provide: ModuleClient,
    inject: [IDENTITY_OPTIONS, ModuleIdentity, KeyRing, Breakers],
    useFactory: (
      { registry, tokenIssuer }: IdentityOptions,
      identity: ModuleIdentity,
      keys: KeyRing,
      breakers: Breakers,
    ) => {
      const client = tokenIssuer?.client;
      const provider = client && new ClientCredentials({ ...tokenIssuer, client }, breakers);
      return new ModuleClient({ registry, identity, keys, breakers, ...(provider && { provider }) });
    },
  },
];
