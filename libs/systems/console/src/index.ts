export { PageNotBuiltError } from './serve/assets.ts';
export { ConsoleSettingsError } from './settings/resolve-settings.ts';
export type { NamedModule, SparkConsoleOptions } from './settings/options.ts';
export { SparkConsoleModule } from './spark-console.module.ts';
