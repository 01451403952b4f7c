import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ObservabilityModule, type ObservabilityOptions } from '@nestjs-spark/observability';
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
    const { health, metrics, ...settings } = options;
    return withRoutes(ReplicationSettingsModule.forRoot(settings), { health, metrics });
  }

  /** Like `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`). */
  static forRootAsync(options: AsyncReplicationOptions & ObservabilityOptions): DynamicModule {
    const { health, metrics, ...settings } = options;
    return withRoutes(ReplicationSettingsModule.forRootAsync(settings), { health, metrics });
  }

  /**
   * Registers classes with `@Replicated()` or `@Shared()`. Their constructors are never called. Classes in the `providers` of a Nest module need
   * not be listed here.
   */
  static forFeature(classes: readonly Type[]): DynamicModule {
    return ReplicationFeatureModule.of(classes);
  }
}

function withRoutes(settings: DynamicModule, routes: ObservabilityOptions): DynamicModule {
  return { module: SparkReplicationModule, imports: [settings, ObservabilityModule.forRoot(routes)] };
}
