import {
  ConfigurableModuleBuilder,
  Global,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { asyncOptionsFaults, Breakers } from '@nestjs-spark/foundation/internal';
import { isReadAtStart, readTogether } from '@nestjs-spark/observability/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { SparkBus } from './connect/spark-bus.ts';
import {
  BUS_OPTIONS,
  BusSettingsError,
  readBusSettings,
  type SparkBusOptions,
} from './settings/bus-settings.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkBusOptions>().setClassMethodName('forRoot').build();

/**
 * The application's connection to NATS JetStream, for its own events and for every part of Spark: everything imported beside it
 * uses this connection instead of opening one. Import `forRoot()` or `forRootAsync()` once; it is global. The application does
 * not wait for NATS: the connection is opened in the background, and again after every loss.
 *
 * Provides `SparkBus`. `@nestjs-spark/bus/events` has what an application needs to send and handle its own events.
 */
@Global()
@Module({
  providers: [
    {
      provide: isReadAtStart(SparkBus),
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer, { token: Breakers, optional: true }],
      useFactory: (options: SparkBusOptions, modules: ModulesContainer, breakers?: Breakers) =>
        readTogether(modules, SparkBus, async () => {
          const settings = readBusSettings(options, process.env, await openSecrets(process.env));
          return new SparkBus(settings, breakers);
        }),
    },
  ],
  exports: [SparkBus],
})
export class SparkBusModule
  extends ConfigurableModuleClass
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  private readonly bus: SparkBus;

  constructor(bus: SparkBus) {
    super();
    this.bus = bus;
  }

  /**
   * @param options anything omitted is read from the environment (`NATS_URL`, `SPARK_MODULE_NAME`)
   * @throws {BusSettingsError} during application start, with everything that is wrong
   */
  static forRoot(options: SparkBusOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {BusSettingsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, BUS_OPTIONS);
    if (faults.length > 0) throw new BusSettingsError(faults);
    return super.forRootAsync(options);
  }

  onApplicationBootstrap(): void {
    this.bus.start();
  }

  /** Runs after everything that uses the bus has stopped, which happens before the shutdown hooks. */
  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
  }
}
