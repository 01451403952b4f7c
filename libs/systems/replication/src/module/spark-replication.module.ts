import { ConfigurableModuleBuilder, Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, HttpAdapterHost } from '@nestjs/core';
import { SELF_CHECK_CONTROLLERS } from '@nestjs-spark/modules/internal';
import { ObservabilityModule, type ObservabilityOptions } from '@nestjs-spark/observability';
import { forFeatureProviders } from '../declare/feature-providers.ts';
import { DEPLOY_CONTROLLERS, DEPLOY_PROVIDERS } from '../deploy/providers.ts';
import { PREVIEW_CONTROLLERS, PREVIEW_PROVIDERS } from '../preview/providers.ts';
import { REPORT_CONTROLLERS, REPORT_PROVIDERS } from '../report/providers.ts';
import { ReplicationStatus } from '../report/replication-status.ts';
import { SET_ASIDE_CONTROLLERS, SET_ASIDE_PROVIDERS } from '../set-aside/providers.ts';
import { BUS_PROVIDERS } from './bus-providers.ts';
import { DECLARATION_PROVIDERS } from './declaration-providers.ts';
import { IDENTITY_PROVIDERS } from './identity-providers.ts';
import type { SparkReplicationOptions } from '../settings/options.ts';
import { ReplicationFeatureModule } from './replication-feature.module.ts';
import { REQUEST_PROVIDERS } from './request-providers.ts';
import { resolveSettings } from '../settings/resolve-settings.ts';
import { RUNNER_PROVIDERS } from './runner-providers.ts';
import { SUPERVISOR_PROVIDERS } from './supervisor-providers.ts';
import { REPLICATION_OPTIONS } from '../settings/tokens.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkReplicationOptions>()
    .setClassMethodName('forRoot')
    .setExtras<ObservabilityOptions>({}, (definition, { health, metrics }) => ({
      ...definition,
      imports: [...(definition.imports ?? []), ObservabilityModule.forRoot({ health, metrics })],
    }))
    .build();

/**
 * Takes part in replication: finds what is declared with `@Replicated()` and `@Shared()`, registers this module, asks the
 * owners, answers those who ask, keeps the copies right, and reports on it (`/spark/*`, `/health/*`, `/metrics`).
 *
 * Import `SparkStoreModule.forRoot()` beside it. Nothing it needs has to be up when the application starts: it comes up in
 * the background, and `/health/ready` says what is still missing. Call `app.enableShutdownHooks()` for a clean stop.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: REPLICATION_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, HttpAdapterHost],
      useFactory: (options: SparkReplicationOptions, { httpAdapter }: HttpAdapterHost) =>
        resolveSettings(options, process.env, { http: Boolean(httpAdapter) }),
    },
    ...IDENTITY_PROVIDERS,
    ...DECLARATION_PROVIDERS,
    ...BUS_PROVIDERS,
    ...REQUEST_PROVIDERS,
    ...SUPERVISOR_PROVIDERS,
    ...DEPLOY_PROVIDERS,
    ...PREVIEW_PROVIDERS,
    ...SET_ASIDE_PROVIDERS,
    ...REPORT_PROVIDERS,
    ...RUNNER_PROVIDERS,
  ],
  controllers: [
    ...SELF_CHECK_CONTROLLERS,
    ...DEPLOY_CONTROLLERS,
    ...PREVIEW_CONTROLLERS,
    ...SET_ASIDE_CONTROLLERS,
    ...REPORT_CONTROLLERS,
  ],
  exports: [ReplicationStatus],
})
export class SparkReplicationModule extends ConfigurableModuleClass {
  /**
   * Import it once, in the application's module. Without options everything is read from the environment. `health` and
   * `metrics` are the paths of these routes, or false for none; in `forRootAsync` they stand beside the factory.
   * @throws `ReplicationSettingsError`, `DeclarationError` or `KeyFileError` while the application starts, when it cannot work
   */
  static forRoot(options: SparkReplicationOptions & ObservabilityOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`). */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /**
   * Makes classes with `@Replicated()` or `@Shared()` known. Their constructors are never called. Classes that stand in some
   * module's `providers` anyway need not be named here.
   */
  static forFeature(classes: readonly Type[]): DynamicModule {
    return { module: ReplicationFeatureModule, providers: forFeatureProviders(classes) };
  }
}
