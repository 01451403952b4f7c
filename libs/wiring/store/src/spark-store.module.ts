import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnModuleInit,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  asyncOptionsFaults,
  classesFault,
  optionsFault,
  unknownOptions,
} from '@nestjs-spark/foundation/internal';
import { TypedErrorFilter } from '@nestjs-spark/observability/internal';
import type { IndexDefinition } from '@nestjs-spark/ravendb';
import type { SparkStoreOptions } from './choose/options.ts';
import type { StoreParts } from './choose/parts.ts';
import { refused, STORE_OPTIONS } from './choose/read-settings.ts';
import { StorePreparation } from './come-up/store-preparation.ts';
import { checkEntity } from './entities/check-entity.ts';
import { declarationOf, type EntityClass } from './entities/entity.ts';
import { FeatureEntities } from './entities/feature-entities.ts';
import { storeProviders } from './hand-out/providers.ts';
import { repositoryToken, STORE_PARTS } from './hand-out/tokens.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkStoreOptions>().setClassMethodName('forRoot').build();

const PROVIDERS = storeProviders(MODULE_OPTIONS_TOKEN);

/**
 * The store the application runs on. Import `forRoot()` or `forRootAsync()` once; it is global. The application starts even
 * when the database is unavailable: what needs it fails with `UnavailableError` until it is available, and
 * `StorePreparation.readiness()` says why.
 */
@Global()
@Module({
  providers: [...PROVIDERS, { provide: APP_FILTER, useClass: TypedErrorFilter }],
  exports: PROVIDERS.map(({ provide }) => provide),
})
export class SparkStoreModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  private readonly parts: StoreParts;
  private readonly preparation: StorePreparation;

  constructor(@Inject(STORE_PARTS) parts: StoreParts, preparation: StorePreparation) {
    super();
    this.parts = parts;
    this.preparation = preparation;
  }

  /**
   * @param options anything omitted is read from the environment (`SPARK_STORE`, `RAVENDB_URLS`, `RAVENDB_DATABASE`,
   *   `SPARK_MODULES_URLS`, `SPARK_MODULES_DATABASE`), read when the application starts
   * @throws {StoreRefusedError} at startup, when the settings do not name a usable store: correct them
   */
  static forRoot(options: SparkStoreOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`).
   * @throws {StoreRefusedError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const faults = asyncOptionsFaults(options, STORE_OPTIONS);
    if (faults.length > 0) throw refused(faults);
    return super.forRootAsync(options);
  }

  /**
   * Repositories for these classes, injected with `@InjectRepository(TheClass)`, and indexes over their collections. While
   * RavenDB cannot compile an index, the application is not ready and shows RavenDB's reason. Indexes are RavenDB's alone; for
   * SQLite name the fields in `@Entity({ indexes })`. Their `@Replicated()` and `@Shared()` declarations are also registered.
   * @throws {TypeError} immediately, for anything but a list of classes, and for an option that does not exist
   * @throws {EntityDeclarationError} at startup, when a class has a `@Field()` that no document can hold, or an unknown option
   */
  static forFeature(
    entities: readonly EntityClass[],
    options: { indexes?: readonly IndexDefinition[] } = {},
  ): DynamicModule {
    const known = ['indexes'];
    const fault = classesFault(entities) ?? optionsFault(options, known) ?? unknownOptions(options, known)[0];
    if (fault !== undefined) throw new TypeError(`SparkStoreModule.forFeature(): ${fault}.`);
    const { indexes = [] } = options;
    const providers: FactoryProvider[] = entities.map((entity) => ({
      provide: repositoryToken(entity),
      inject: [STORE_PARTS],
      useFactory: (store: StoreParts) => {
        checkEntity(entity);
        return store.repository(declarationOf(entity), entity.prototype as object);
      },
    }));
    const ownIndexes: FactoryProvider = {
      provide: Symbol('SPARK_INDEXES'),
      inject: [StorePreparation],
      useFactory: (preparation: StorePreparation) => {
        preparation.addIndexes(indexes);
        return indexes;
      },
    };
    return {
      module: SparkFeatureModule,
      providers: [
        ...providers,
        ownIndexes,
        { provide: Symbol('SPARK_ENTITIES'), useValue: new FeatureEntities(entities) },
      ],
      exports: providers.map(({ provide }) => provide),
    };
  }

  onModuleInit(): void {
    this.preparation.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.preparation.stop();
    await this.parts.close();
  }
}

/** Only holds the repositories of one `forFeature`. */
@Module({})
class SparkFeatureModule {}
