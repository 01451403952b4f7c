import { ConfigurableModuleBuilder, Global, Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { isReadAtStart, readTogether } from '@nestjs-spark/observability/internal';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import type { ReplicationSettings, SparkReplicationOptions } from './options.ts';
import { LIVE_SCHEMA } from './live-schema.ts';
import { liveSettings, resolveSettings } from './resolve-settings.ts';
import { ReplicationSettingsError } from './settings-error.ts';
import { SparkFlags } from './spark-flags.ts';
import { REPLICATION_SETTINGS } from './tokens.ts';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SparkReplicationOptions>().setClassMethodName('forRoot').build();

/** The argument of `forRootAsync`. */
export type AsyncReplicationOptions = typeof ASYNC_OPTIONS_TYPE;

/** The settings of this application, for every module of replication; nothing else is global among them. */
@Global()
@Module({
  providers: [
    SparkFlags,
    {
      provide: LiveSettings,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: SparkReplicationOptions) => liveSettings(options, process.env),
    },
    {
      provide: isReadAtStart(REPLICATION_SETTINGS),
      inject: [MODULE_OPTIONS_TOKEN, LiveSettings, ModulesContainer, HttpAdapterHost],
      useFactory: (
        options: SparkReplicationOptions,
        live: LiveSettings<typeof LIVE_SCHEMA>,
        modules: ModulesContainer,
        { httpAdapter }: HttpAdapterHost,
      ): Promise<ReplicationSettings> =>
        readTogether(modules, REPLICATION_SETTINGS, async () => {
          requireOne(modules);
          const secrets = await openSecrets(process.env);
          return resolveSettings(options, process.env, { http: Boolean(httpAdapter), secrets, live });
        }),
    },
  ],
  exports: [LiveSettings, REPLICATION_SETTINGS, SparkFlags],
})
export class ReplicationSettingsModule extends ConfigurableModuleClass {
  static forRoot(options: SparkReplicationOptions): DynamicModule {
    return super.forRoot(options);
  }

  static forRootAsync(options: AsyncReplicationOptions): DynamicModule {
    return super.forRootAsync(options);
  }
}

/** @throws {ReplicationSettingsError} if two modules of the application provide settings: which ones apply would be left to chance */
function requireOne(modules: ModulesContainer): void {
  const given = [...modules.values()].filter(({ metatype }) => metatype === ReplicationSettingsModule);
  if (given.length < 2) return;
  throw new ReplicationSettingsError([
    `SparkReplicationModule.forRoot() is imported ${given.length} times in this application. ` +
      "Import it once, in the application's module; elsewhere import SparkReplicationModule.forFeature([...]). " +
      'ReplicationStatus can be injected everywhere without an import',
  ]);
}
