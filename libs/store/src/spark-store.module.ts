import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnModuleInit,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { IndexDefinition } from '@nestjs-spark/ravendb';
import { StoreBackup } from './back-up/store-backup.ts';
import type { SparkStoreOptions } from './choose/options.ts';
import { chooseParts } from './choose/choose-parts.ts';
import type { StoreParts } from './choose/parts.ts';
import { readSettings } from './choose/read-settings.ts';
import { StorePreparation } from './come-up/store-preparation.ts';
import { declarationOf, type EntityClass } from './entities/entity.ts';
import {
  CHANGE_FEED,
  CHANGE_TARGET,
  DOCUMENT_STORE,
  MODULE_REGISTRY,
  RAVEN_CONNECTION,
  repositoryToken,
  STATE_STORE,
  STORE_INFO,
} from './hand-out/tokens.ts';
import { SparkTransactions } from './transactions/spark-transactions.ts';

const STORE_PARTS = Symbol('SPARK_STORE_PARTS');

/**
 * The store the application runs on. Import `forRoot()` once; it is global. The application comes up even when the
 * database is away: what needs it fails with `UnavailableError` until it is there, and `StorePreparation.readiness()`
 * says why.
 */
@Module({})
export class SparkStoreModule implements OnModuleInit, OnApplicationShutdown {
  private readonly parts: StoreParts;
  private readonly preparation: StorePreparation;

  constructor(@Inject(STORE_PARTS) parts: StoreParts, preparation: StorePreparation) {
    this.parts = parts;
    this.preparation = preparation;
  }

  /**
   * @param options what is left out comes from the environment (`SPARK_STORE`, `RAVENDB_URLS`, `RAVENDB_DATABASE`,
   *   `SPARK_MODULES_URLS`, `SPARK_MODULES_DATABASE`), read when the application starts
   * @throws {StoreRefusedError} at the start, when the settings name no store that can be used; mend them
   */
  static forRoot(options: SparkStoreOptions = {}): DynamicModule {
    const parts: FactoryProvider<StoreParts> = {
      provide: STORE_PARTS,
      useFactory: () => chooseParts(readSettings(options, process.env), new Logger('SparkStore')),
    };
    const preparation: FactoryProvider<StorePreparation> = {
      provide: StorePreparation,
      inject: [STORE_PARTS],
      useFactory: (store: StoreParts) => new StorePreparation(store.prepare, new Logger('SparkStore')),
    };
    const handedOut = [
      part(CHANGE_FEED, (store) => store.feed),
      part(CHANGE_TARGET, (store) => store.target),
      part(STATE_STORE, (store) => store.state),
      part(MODULE_REGISTRY, (store) => store.registry),
      part(STORE_INFO, (store) => store.info),
      part(RAVEN_CONNECTION, (store) => store.ravendb),
      part(DOCUMENT_STORE, (store) => store.ravendb?.store ?? null),
    ];
    const made = [
      part(SparkTransactions, (store) => new SparkTransactions(store.writer)),
      part(StoreBackup, (store) => new StoreBackup(store.backup)),
    ];
    const providers = [parts, preparation, ...handedOut, ...made];
    return {
      module: SparkStoreModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }

  /**
   * Repositories for these classes, injected with `@InjectRepository(TheClass)`, and indexes over their collections.
   * An index that RavenDB cannot compile keeps the application from being ready, with RavenDB's reason. Indexes are
   * RavenDB's alone; for SQLite name the fields in `@Entity({ indexes })`.
   */
  static forFeature(
    entities: readonly EntityClass[],
    { indexes = [] }: { indexes?: readonly IndexDefinition[] } = {},
  ): DynamicModule {
    const providers: FactoryProvider[] = entities.map((entity) => ({
      provide: repositoryToken(entity),
      inject: [STORE_PARTS],
      useFactory: (store: StoreParts) => store.repository(declarationOf(entity), entity.prototype as object),
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
      providers: [...providers, ownIndexes],
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

function part<T>(
  token: symbol | (new (...parameters: never[]) => T),
  pick: (store: StoreParts) => T,
): FactoryProvider<T> {
  return { provide: token, inject: [STORE_PARTS], useFactory: pick };
}
