import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HealthChecks, MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import { logFor } from '@nestjs-spark/observability/internal';
import { Counter, Gauge } from 'prom-client';
import { SettingsController, START_ONLY } from './operate/settings.controller.ts';
import { CentralSettings, type CentralSettingsParts } from './refresh/central-settings.ts';
import { followLogLevel } from './refresh/follow-log-level.ts';
import { describeCondition } from './refresh/settings-condition.ts';

/** What a system provides: its settings, where they are stored, and whose they are. */
export interface SettingsOptions extends Omit<CentralSettingsParts, 'log'> {
  /** Settings that are only read at startup, with their variables. */
  startOnly: Readonly<Record<string, string>>;
}

/** Where the options come from. `imports` contains what `SparkIdentityModule.forRootAsync()` returned, for the guard. */
export interface SettingsOptionsFactory extends Pick<ModuleMetadata, 'imports'> {
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => SettingsOptions | Promise<SettingsOptions>;
}

const SETTINGS_OPTIONS = Symbol('SPARK_SETTINGS_OPTIONS');

/** Settings that operators change while the application runs: `/spark/settings`, also shown in health and metrics. */
@Module({})
export class SparkSettingsModule implements OnModuleInit, OnApplicationShutdown {
  private stopFollowing: () => void = () => undefined;

  constructor(
    @Inject(CentralSettings) private readonly central: CentralSettings,
    @Inject(HealthChecks) private readonly checks: HealthChecks,
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
  ) {}

  static forRootAsync({ imports = [], inject = [], useFactory }: SettingsOptionsFactory): DynamicModule {
    return {
      module: SparkSettingsModule,
      imports: [ObservabilityModule, ...imports],
      controllers: [SettingsController],
      providers: [
        { provide: SETTINGS_OPTIONS, inject, useFactory },
        {
          provide: START_ONLY,
          inject: [SETTINGS_OPTIONS],
          useFactory: ({ startOnly }: SettingsOptions) => startOnly,
        },
        {
          provide: CentralSettings,
          inject: [SETTINGS_OPTIONS],
          useFactory: (options: SettingsOptions) =>
            new CentralSettings({ ...options, log: logFor('Settings') }),
        },
      ],
      exports: [CentralSettings],
    };
  }

  onModuleInit(): void {
    const { central } = this;
    this.stopFollowing = followLogLevel(central.live);
    this.checks.add({
      name: 'settings',
      look: () => describeCondition(central.condition, central.current?.version ?? null, central.place),
    });
    const version = new Gauge({
      name: 'spark_settings_version',
      help: 'Version of the central settings in use; 0 for none.',
      registers: [],
      collect() {
        this.set(central.current?.version ?? 0);
      },
    });
    const refused = new Counter({
      name: 'spark_settings_refused_total',
      help: 'Settings found in their store that were not used, because this module has not signed them or has newer ones.',
      registers: [],
      collect() {
        this.reset();
        this.inc(central.refusals);
      },
    });
    for (const metric of [version, refused]) this.metrics.registry.registerMetric(metric);
  }

  onApplicationShutdown(): void {
    this.stopFollowing();
  }
}
