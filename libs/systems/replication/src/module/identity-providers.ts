import type { Provider } from '@nestjs/common';
import type { ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import {
  KeyRing,
  ModuleIdentity,
  OperatorToken,
  SELF_CHECK_PROVIDERS,
  THIS_MODULE,
  TokenVerifier,
} from '@nestjs-spark/modules/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { MODULE_REGISTRY, REPLICATION_OPTIONS, STATE_STORE } from '../settings/tokens.ts';

/** Who this module is, and how it knows the others. */
export const IDENTITY_PROVIDERS: Provider[] = [
  {
    provide: ModuleIdentity,
    inject: [REPLICATION_OPTIONS],
    useFactory: ({ keysDir, moduleName, production }: ReplicationSettings) =>
      ModuleIdentity.open({
        directory: keysDir,
        module: moduleName,
        production,
        refuseOpen: production && process.env['SPARK_ALLOW_OPEN_KEY_FILE'] !== '1',
        log: logFor('ModuleIdentity'),
      }),
  },
  {
    provide: OperatorToken,
    inject: [REPLICATION_OPTIONS],
    useFactory: ({ operatorToken }: ReplicationSettings) => new OperatorToken(operatorToken),
  },
  {
    provide: KeyRing,
    inject: [REPLICATION_OPTIONS, MODULE_REGISTRY, STATE_STORE],
    useFactory: (policy: ReplicationSettings, registry: ModuleRegistry, state: StateStore) =>
      new KeyRing({ registry, state, policy, log: logFor('KeyRing') }),
  },
  {
    provide: TokenVerifier,
    inject: [REPLICATION_OPTIONS, KeyRing, ModuleIdentity],
    useFactory: (receiver: ReplicationSettings, keys: KeyRing, own: ModuleIdentity) =>
      new TokenVerifier({ receiver, keys, own, log: logFor('TokenVerifier') }),
  },
  { provide: THIS_MODULE, useExisting: REPLICATION_OPTIONS },
  ...SELF_CHECK_PROVIDERS,
];
