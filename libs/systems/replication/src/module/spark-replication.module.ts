import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { asyncOptionsFaults, classesFault } from '@nestjs-spark/foundation/internal';
import { ObservabilityModule, type ObservabilityOptions } from '@nestjs-spark/observability';
import { ROUTE_OPTIONS, withoutRoutes } from '@nestjs-spark/observability/internal';
import { ArrivalsModule } from '../arrivals/arrivals.module.ts';
import { ConnectModule } from '../connect/connect.module.ts';
import { ReplicationFeatureModule } from '../declare/feature.module.ts';
import { DeployModule } from '../deploy/deploy.module.ts';
import { PreviewModule } from '../preview/preview.module.ts';
import { RefreshModule } from '../refresh/refresh.module.ts';
import { ReportModule } from '../report/report.module.ts';
import { RequestModule } from '../request/request.module.ts';
import { SetAsideModule } from '../set-aside/set-aside.module.ts';
import type { SparkReplicationOptions } from '../settings/options.ts';
import { REPLICATION_OPTIONS } from '../settings/resolve-settings.ts';
import { ReplicationSettingsError } from '../settings/settings-error.ts';
import { ReplicationSettingsModule, type AsyncReplicationOptions } from '../settings/settings.module.ts';
import { VerifyModule } from '../verify/verify.module.ts';
import { ReplicationRunner } from './replication-runner.ts';

/**
 * Takes part in replication: finds the declarations made with `@Replicated()` and `@Shared()`, registers this module, sends requests to owners,
 * answers requesters, keeps the copies up to date, and reports their state (`/spark/*`, `/health/*`, `/metrics`).
 *
 * Import `SparkStoreModule.forRoot()` beside it. None of the servers it needs has to be up when the application starts: it connects in the
 * background, and `/health/ready` shows what is still missing. Call `app.enableShutdownHooks()` for a clean shutdown.
 */
@Global()
@Module({
  imports: [
    ConnectModule,
    RefreshModule,
    RequestModule,
    DeployModule,
    ArrivalsModule,
    PreviewModule,
    SetAsideModule,
    ReportModule,
    VerifyModule,
  ],
  providers: [ReplicationRunner],
  exports: [ReportModule, VerifyModule],
})
export class SparkReplicationModule {
  /**
   * Import it once, in the application's root module. Without options everything is read from the environment. `health` and `metrics` are the paths
   * of these routes, or false for none; with `forRootAsync`, pass them beside the factory.
   * @throws `ReplicationSettingsError`, `DeclarationError` or `KeyFileError` at startup: each names its remedy
   */
  static forRoot(options: SparkReplicationOptions & ObservabilityOptions = {}): DynamicModule {
    const { routes, settings } = withoutRoutes(options);
    return withRoutes(ReplicationSettingsModule.forRoot(settings), routes);
  }

  /**
   * Like `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {ReplicationSettingsError} immediately, for anything else in this argument, except `health` and `metrics`
   */
  static forRootAsync(options: AsyncReplicationOptions & ObservabilityOptions): DynamicModule {
    const faults = asyncOptionsFaults(options, REPLICATION_OPTIONS, ROUTE_OPTIONS);
    if (faults.length > 0) throw new ReplicationSettingsError(faults);
    const { routes, settings } = withoutRoutes(options);
    return withRoutes(ReplicationSettingsModule.forRootAsync(settings), routes);
  }

  /**
   * Registers classes with `@Replicated()` or `@Shared()`. Their constructors are never called. Classes in the `providers` of a Nest module need
   * not be listed here.
   * @throws {TypeError} immediately, for anything but a list of classes
   */
  static forFeature(classes: readonly Type[]): DynamicModule {
    const fault = classesFault(classes);
    if (fault !== null) throw new TypeError(`SparkReplicationModule.forFeature(): ${fault}.`);
    return ReplicationFeatureModule.of(classes);
  }
}

function withRoutes(settings: DynamicModule, routes: ObservabilityOptions): DynamicModule {
  return { module: SparkReplicationModule, imports: [settings, ObservabilityModule.forRoot(routes)] };
}
