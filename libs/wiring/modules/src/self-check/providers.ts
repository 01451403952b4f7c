import type { Provider, Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HealthChecks } from '@nestjs-spark/observability';
import { logFor } from '@nestjs-spark/observability/internal';
import { ModuleIdentity } from '../identify/module-identity.ts';
import { OwnAddress } from '../register/own-address.ts';
import { SelfCheckController } from './self-check.controller.ts';
import { SelfCheck } from './self-check.ts';
import { THIS_MODULE, type ThisModule } from './this-module.ts';

/**
 * The module's own address and the check of it. Needs `THIS_MODULE`, `ModuleIdentity`, `ADMIT_PROVIDERS` and
 * `ObservabilityModule`.
 */
export const SELF_CHECK_PROVIDERS: Provider[] = [
  {
    provide: OwnAddress,
    inject: [THIS_MODULE, HttpAdapterHost],
    useFactory: ({ moduleUrl }: ThisModule, host: HttpAdapterHost) =>
      new OwnAddress(moduleUrl, host, logFor('OwnAddress')),
  },
  {
    provide: SelfCheck,
    inject: [OwnAddress, ModuleIdentity, HealthChecks],
    useFactory: (address: OwnAddress, identity: ModuleIdentity, checks: HealthChecks) =>
      new SelfCheck({ address, identity, checks, log: logFor('SelfCheck') }),
  },
];

export const SELF_CHECK_CONTROLLERS: Type[] = [SelfCheckController];
