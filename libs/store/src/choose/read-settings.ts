import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { RavenSettings } from '@nestjs-spark/ravendb';
import type { SparkStoreOptions } from './options.ts';

/** What is known for sure once options and environment were put together. */
export interface StoreSettings {
  own: RavenSettings;
  registry: RavenSettings;
  createDatabase: boolean;
}

type Environment = Record<string, string | undefined>;

/** @throws {StoreRefusedError} when something is missing or not available, naming the variable and the option */
export function readSettings(options: SparkStoreOptions, environment: Environment): StoreSettings {
  const kind = options.store ?? environment['SPARK_STORE'] ?? 'ravendb';
  if (kind.startsWith('sqlite:')) {
    throw new StoreRefusedError(
      `The store ${JSON.stringify(kind)} is not available yet: this version runs on RavenDB only. Set SPARK_STORE=ravendb.`,
    );
  }
  if (kind !== 'ravendb') {
    throw new StoreRefusedError(
      `There is no store ${JSON.stringify(kind)}: set SPARK_STORE to ravendb or sqlite:PATH.`,
    );
  }
  const { certificate } = options.ravendb ?? {};
  const urls = options.ravendb?.urls ?? list(environment['RAVENDB_URLS']);
  if (urls.length === 0) {
    throw new StoreRefusedError('No address of RavenDB: set RAVENDB_URLS, or ravendb.urls in forRoot().');
  }
  const registryUrls = options.registry?.urls ?? list(environment['SPARK_MODULES_URLS']);
  const secured = certificate ? { certificate } : {};
  return {
    own: { urls, database: ownDatabase(options, environment), ...secured },
    registry: {
      urls: registryUrls.length > 0 ? registryUrls : urls,
      database: options.registry?.database ?? (environment['SPARK_MODULES_DATABASE'] || 'SparkModules'),
      ...secured,
    },
    createDatabase: options.createDatabase ?? environment['NODE_ENV'] !== 'production',
  };
}

function ownDatabase(options: SparkStoreOptions, environment: Environment): string {
  const database = options.ravendb?.database ?? environment['RAVENDB_DATABASE'];
  if (database) return database;
  const module = environment['SPARK_MODULE_NAME'];
  if (module) return `Spark${module}`;
  throw new StoreRefusedError('No database: set RAVENDB_DATABASE, or ravendb.database in forRoot().');
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}
