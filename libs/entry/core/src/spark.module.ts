import { ConfigurableModuleBuilder, Module, type DynamicModule } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  asyncOptionsFaults,
  cannotBeUsed,
  isOptions,
  optionsFault,
  unknownOptions,
} from '@nestjs-spark/foundation/internal';
import type { ObservabilityOptions } from '@nestjs-spark/observability';
import {
  isReadAtStart,
  readTogether,
  ROUTE_OPTIONS,
  withoutRoutes,
} from '@nestjs-spark/observability/internal';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { REPLICATION_OPTIONS } from '@nestjs-spark/replication/internal';
import { SparkStoreModule } from '@nestjs-spark/store';
import { STORE_OPTIONS } from '@nestjs-spark/store/internal';
import type { SparkOptions } from './options.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkOptions>().setClassMethodName('forRoot').build();

const OPTIONS = [...new Set([...STORE_OPTIONS, ...REPLICATION_OPTIONS])];
const CHECKED_OPTIONS = isReadAtStart(Symbol('SPARK_CHECKED_OPTIONS'));

/** `SparkModule` was given options that do not exist. Thrown at startup, with all of them: correct them and start again. */
export class SparkOptionsError extends Error {
  override readonly name = 'SparkOptionsError';

  /** @param faults one phrase each */
  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkModule', faults));
  }
}

/** Holds the options, so that a factory runs once for both modules that need them. */
@Module({
  providers: [
    {
      provide: CHECKED_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
      useFactory: (given: SparkOptions, modules: ModulesContainer) =>
        readTogether(modules, CHECKED_OPTIONS, () => requireKnown(given)),
    },
  ],
  exports: [MODULE_OPTIONS_TOKEN],
})
class SparkOptionsModule extends ConfigurableModuleClass {}

/** @throws {SparkOptionsError} */
function requireKnown(given: SparkOptions): void {
  const notOptions = optionsFault(given, OPTIONS);
  if (notOptions !== null) throw new SparkOptionsError([notOptions]);
  const faults = unknownOptions(given, OPTIONS, { besides: ROUTE_OPTIONS, isShared: true });
  if (faults.length > 0) throw new SparkOptionsError(faults);
}

/**
 * Everything that most applications need: the store and replication. Import `forRoot()` or
 * `forRootAsync()` once, and `forFeature([Car])` wherever a repository is injected.
 *
 * It is `SparkStoreModule` and `SparkReplicationModule` together: an application that needs only a store, or sets the two up
 * separately, imports those instead.
 */
@Module({})
export class SparkModule {
  /**
   * @param options anything omitted is read from the environment when the application starts; `health` and `metrics` are the
   *   paths of these routes, or false for none
   * @throws {SparkOptionsError} while the application starts, for an option that does not exist
   * @throws {StoreRefusedError} while the application starts, when the settings name no store that can be used: correct them
   * @throws `ReplicationSettingsError`, `DeclarationError` or `KeyFileError` while the application starts: each names its remedy
   */
  static forRoot(options: SparkOptions & ObservabilityOptions = {}): DynamicModule {
    const { routes, settings } = withoutRoutes(options);
    return withOptions(SparkOptionsModule.forRoot(settings), routes);
  }

  /**
   * As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`). `health`
   * and `metrics` are passed next to the factory, because routes are created before it runs.
   * @throws {SparkOptionsError} immediately, for anything else in this argument
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE & ObservabilityOptions): DynamicModule {
    const faults = asyncOptionsFaults(options, OPTIONS, ROUTE_OPTIONS);
    if (faults.length > 0) throw new SparkOptionsError(faults);
    const { routes, settings } = withoutRoutes(options);
    return withOptions(SparkOptionsModule.forRootAsync(settings), routes);
  }

  /**
   * Repositories for these classes, injected with `@InjectRepository(TheClass)`; their `@Replicated()` and
   * `@Shared()` declarations are also registered.
   * @throws {EntityDeclarationError} at the start, when a class has a `@Field()` that no document can hold, or an unknown option
   */
  static forFeature(...feature: Parameters<typeof SparkStoreModule.forFeature>): DynamicModule {
    return SparkStoreModule.forFeature(...feature);
  }
}

function withOptions(options: DynamicModule, routes: ObservabilityOptions): DynamicModule {
  const part = (names: readonly string[]) => ({
    imports: [options],
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (given: SparkOptions) => only(given, names),
  });
  return {
    module: SparkModule,
    imports: [
      SparkStoreModule.forRootAsync(part(STORE_OPTIONS)),
      SparkReplicationModule.forRootAsync({ ...part(REPLICATION_OPTIONS), ...routes }),
    ],
  };
}

/** Each module gets only its own options, so that an unknown one is reported once. They may be getters of a class. */
function only(given: SparkOptions, names: readonly string[]): SparkOptions {
  if (!isOptions(given)) return {};
  const read = given as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, read[name]]));
}
