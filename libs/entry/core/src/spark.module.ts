import { ConfigurableModuleBuilder, Module, type DynamicModule } from '@nestjs/common';
import type { ObservabilityOptions } from '@nestjs-spark/observability';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import type { SparkOptions } from './options.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkOptions>().setClassMethodName('forRoot').build();

/** Holds the options, so that a factory runs once for both modules that need them. */
@Module({ exports: [MODULE_OPTIONS_TOKEN] })
class SparkOptionsModule extends ConfigurableModuleClass {}

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
   * @throws {StoreRefusedError} while the application starts, when the settings name no store that can be used: correct them
   * @throws `ReplicationSettingsError`, `DeclarationError` or `KeyFileError` while the application starts: each names its remedy
   */
  static forRoot(options: SparkOptions & ObservabilityOptions = {}): DynamicModule {
    const { health, metrics, ...settings } = options;
    return withOptions(SparkOptionsModule.forRoot(settings), { health, metrics });
  }

  /**
   * As `forRoot`, with options from a factory or a class (`useFactory`, `useClass`, `useExisting`, `inject`, `imports`). `health`
   * and `metrics` are passed next to the factory, because routes are created before it runs.
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE & ObservabilityOptions): DynamicModule {
    const { health, metrics, ...settings } = options;
    return withOptions(SparkOptionsModule.forRootAsync(settings), { health, metrics });
  }

  /**
   * Repositories for these classes, injected with `@InjectRepository(TheClass)`; their `@Replicated()` and
   * `@Shared()` declarations are also registered.
   * @throws {EntityDeclarationError} at the start, when a class has a `@Field()` that no document can hold
   */
  static forFeature(...feature: Parameters<typeof SparkStoreModule.forFeature>): DynamicModule {
    return SparkStoreModule.forFeature(...feature);
  }
}

function withOptions(options: DynamicModule, routes: ObservabilityOptions): DynamicModule {
  const shared = {
    imports: [options],
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (given: SparkOptions) => given,
  };
  return {
    module: SparkModule,
    imports: [
      SparkStoreModule.forRootAsync(shared),
      SparkReplicationModule.forRootAsync({ ...shared, ...routes }),
    ],
  };
}
