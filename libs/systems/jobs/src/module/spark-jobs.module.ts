import { randomUUID } from 'node:crypto';
import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { SparkBus } from '@nestjs-spark/bus';
import { asyncOptionsFaults, classesFault, isOptions } from '@nestjs-spark/foundation/internal';
import { HealthChecks, MetricsRegistry, ObservabilityModule } from '@nestjs-spark/observability';
import { logFor, readTogether, TypedErrorFilter } from '@nestjs-spark/observability/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { openCluster } from '../backends/apache-spark/open.ts';
import { EventPublisher } from '../publish/event-publisher.ts';
import { JobExplorer } from '../declare/explore.ts';
import type { JobBackend } from '../job/backend.ts';
import type { JobStore } from '../job/store.ts';
import { JobTests } from '../prove/job-tests.ts';
import { JobsService } from '../serve/jobs.service.ts';
import {
  JOBS_OPTIONS,
  JobsSettingsError,
  resolveJobsSettings,
  type JobsSettings,
  type SparkJobsOptions,
} from '../settings/settings.ts';
import { JetStreamJobStore } from '../store/jetstream-job-store.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { JobsEngine } from './jobs-engine.ts';
import { JOB_STORE, JOBS_ENGINE, JOBS_SETTINGS } from './tokens.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkJobsOptions>().setClassMethodName('forRoot').build();

/**
 * Transformation jobs: submit, follow, cancel, fetch the result. Import `forRoot()` or `forRootAsync()` once; it is global and provides
 * `JobsService`. Handlers (`@TransformationJob`), listeners (`@OnJobEvent`) and backends (`@JobBackendFor`) are found among the application's
 * providers. `JobsApiModule` serves the routes.
 */
@Global()
@Module({
  imports: [ObservabilityModule, DiscoveryModule],
  providers: [
    JobExplorer,
    { provide: APP_FILTER, useClass: TypedErrorFilter },
    {
      provide: JOBS_SETTINGS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
      useFactory: (options: SparkJobsOptions, modules: ModulesContainer) =>
        readTogether(modules, JOBS_SETTINGS, async () =>
          resolveJobsSettings(options, process.env, await openSecrets(process.env)),
        ),
    },
    {
      provide: JOB_STORE,
      inject: [JOBS_SETTINGS, { token: SparkBus, optional: true }],
      useFactory: openStore,
    },
    {
      provide: JOBS_ENGINE,
      inject: [JOBS_SETTINGS, JOB_STORE, MetricsRegistry, { token: SparkBus, optional: true }],
      useFactory: async (
        settings: JobsSettings,
        store: JobStore,
        { registry }: MetricsRegistry,
        bus?: SparkBus,
      ) =>
        new JobsEngine(settings, store, registry, {
          beside: await openBackends(settings),
          publisher: openPublisher(settings, store, bus),
        }),
    },
    { provide: JobsService, inject: [JOBS_ENGINE], useFactory: (engine: JobsEngine) => engine.service },
    { provide: JobTests, inject: [JOBS_ENGINE], useFactory: (engine: JobsEngine) => engine.tests },
  ],
  exports: [JobsService, JobTests],
})
export class SparkJobsModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  readonly #engine: JobsEngine;
  readonly #store: JobStore;
  readonly #explorer: JobExplorer;
  readonly #health: HealthChecks;

  constructor(
    @Inject(JOBS_ENGINE) engine: JobsEngine,
    @Inject(JOB_STORE) store: JobStore,
    explorer: JobExplorer,
    health: HealthChecks,
  ) {
    super();
    this.#engine = engine;
    this.#store = store;
    this.#explorer = explorer;
    this.#health = health;
  }

  /**
   * @param options what is omitted is read from the environment (`SPARK_JOBS_…`) at startup
   * @throws {JobsSettingsError} at startup, with all faults
   */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Like `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {JobsSettingsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, JOBS_OPTIONS);
    if (faults.length > 0) throw new JobsSettingsError(faults);
    return super.forRootAsync(options);
  }

  /**
   * Registers these handlers, as providers of a separate Nest module. Handlers in `providers` are also found.
   * @throws {TypeError} immediately, for anything but a list of classes or of Nest's providers
   */
  static forFeature(handlers: Type[]): DynamicModule {
    const fault = classesFault(handlers, isProvider);
    if (fault !== null) throw new TypeError(`SparkJobsModule.forFeature(): ${fault}.`);
    return { module: JobsFeatureModule, providers: handlers, exports: handlers };
  }

  onModuleInit(): void {
    this.#explorer.explore(this.#engine.handlers, this.#engine.backends, this.#engine.listeners);
    this.#health.add({ name: 'jobs', look: () => this.#store.health() });
  }

  onApplicationBootstrap(): void {
    const log = logFor('SparkJobs');
    if (this.#store.durable) log.log(`Jobs are kept in ${this.#store.name}`);
    else
      log.warn('Jobs are kept in memory and end with this process. Set NATS_URL to keep them in JetStream');
    this.#engine.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#engine.stop();
  }
}

@Module({})
class JobsFeatureModule {}

const isProvider = (given: unknown): boolean => isOptions(given) && 'provide' in given;

async function openBackends({ apacheSpark }: JobsSettings): Promise<JobBackend[]> {
  return apacheSpark ? [await openCluster({ ...apacheSpark, log: logFor('ApacheSpark') })] : [];
}

/** Only an instance that executes jobs publishes, as the others may not store the position. */
function openPublisher(
  { kafka, role }: JobsSettings,
  store: JobStore,
  bus?: SparkBus,
): EventPublisher | null {
  if (!kafka || role === 'api') return null;
  const name = store.durable && bus ? bus.name : randomUUID();
  return new EventPublisher({
    store,
    leases: store.durable && bus ? bus.leases : null,
    open: async () => {
      const { KafkaEvents } = await import('../publish/kafka-events.ts');
      return KafkaEvents.open(kafka, name);
    },
    log: logFor('JobEvents'),
  });
}

function openStore(settings: JobsSettings, bus?: SparkBus): JobStore {
  if (settings.store === 'memory') return new MemoryJobStore(settings);
  if (bus) return new JetStreamJobStore({ ...settings, connection: bus.connection, log: logFor('JobStore') });
  throw new JobsSettingsError([
    'the store jetstream needs the connection to NATS: import SparkBusModule.forRoot() beside SparkJobsModule',
  ]);
}
