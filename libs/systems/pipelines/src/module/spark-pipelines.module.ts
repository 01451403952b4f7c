import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER, ModulesContainer } from '@nestjs/core';
import { SparkBus } from '@nestjs-spark/bus';
import { describeError } from '@nestjs-spark/foundation';
import { asyncOptionsFaults, persist } from '@nestjs-spark/foundation/internal';
import { HealthChecks, MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import { logFor, readTogether, TypedErrorFilter } from '@nestjs-spark/observability/internal';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { measurePipelines } from '../serve/pipeline-metrics.ts';
import { PipelinesService } from '../serve/pipelines.service.ts';
import {
  PIPELINES_OPTIONS,
  PipelinesSettingsError,
  resolvePipelinesSettings,
  type PipelinesSettings,
  type SparkPipelinesOptions,
} from '../settings/settings.ts';
import { loadDefinitions } from './load-definitions.ts';
import { openNode } from './open-node.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkPipelinesOptions>().setClassMethodName('forRoot').build();

const SETTINGS = Symbol('SPARK_PIPELINES_SETTINGS');

/**
 * Pipelines: from a source through transforms to a sink, each declared by one definition. Import `forRoot()` or `forRootAsync()` once; it
 * is global and provides `PipelinesService`. It runs embedded or, with `NATS_URL` and `SparkBusModule.forRoot()` beside it, as one node of
 * a cluster. `PipelinesApiModule` serves the routes.
 */
@Global()
@Module({
  imports: [ObservabilityModule],
  providers: [
    { provide: APP_FILTER, useClass: TypedErrorFilter },
    {
      provide: SETTINGS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
      useFactory: (options: SparkPipelinesOptions, modules: ModulesContainer) =>
        readTogether(modules, SETTINGS, () => resolvePipelinesSettings(options, process.env)),
    },
    {
      provide: PipelinesNode,
      inject: [SETTINGS, { token: SparkBus, optional: true }],
      useFactory: openNode,
    },
    {
      provide: PipelinesService,
      inject: [PipelinesNode],
      useFactory: (node: PipelinesNode) => new PipelinesService(node),
    },
  ],
  exports: [PipelinesService, PipelinesNode],
})
export class SparkPipelinesModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  readonly #settings: PipelinesSettings;
  readonly #node: PipelinesNode;
  readonly #health: HealthChecks;
  readonly #metrics: MetricsRegistry;
  #started: Promise<void> = Promise.resolve();
  #detail = 'is taking its shards';
  #ready = false;
  readonly #closing = new AbortController();

  constructor(
    @Inject(SETTINGS) settings: PipelinesSettings,
    node: PipelinesNode,
    health: HealthChecks,
    metrics: MetricsRegistry,
  ) {
    super();
    this.#settings = settings;
    this.#node = node;
    this.#health = health;
    this.#metrics = metrics;
  }

  /**
   * @param options what is omitted is read from the environment (`SPARK_PIPELINES_…`, `SPARK_NODE_…`) at startup
   * @throws {PipelinesSettingsError} at startup, with all faults
   */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Like `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {PipelinesSettingsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, PIPELINES_OPTIONS);
    if (faults.length > 0) throw new PipelinesSettingsError(faults);
    return super.forRootAsync(options);
  }

  onModuleInit(): void {
    measurePipelines(this.#metrics.registry, this.#node);
    this.#health.add({
      name: 'pipelines',
      look: () => ({ ready: this.#ready, detail: this.#ready ? this.#node.describe() : this.#detail }),
    });
  }

  /** Not awaited: the application starts without waiting for NATS. */
  onApplicationBootstrap(): void {
    this.#started = this.#start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#closing.abort();
    await this.#node.close();
    await this.#started;
    await this.#node.store.close();
  }

  async #start(): Promise<void> {
    const log = logFor('SparkPipelines');
    await persist(() => this.#node.start(), {
      signal: this.#closing.signal,
      onFailure: (error) => {
        this.#detail = describeError(error);
        log.error(`Pipelines cannot run yet: ${this.#detail}`);
      },
    });
    if (this.#closing.signal.aborted) return;
    this.#ready = true;
    const where = this.#settings.mode === 'embedded' ? `in ${this.#settings.folder}` : 'in JetStream';
    log.log(`Pipelines are kept ${where}; this process is ${this.#settings.node}`);
    await loadDefinitions(this.#node, this.#settings.load, log);
  }
}
