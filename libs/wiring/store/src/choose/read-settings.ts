import { StoreRefusedError } from '@nestjs-spark/contracts';
import { isHttpAddress } from '@nestjs-spark/contracts/internal';
import type { RavenSettings } from '@nestjs-spark/ravendb';
import type { SparkStoreOptions } from './options.ts';

/** What is known for sure once options and environment were put together. */
export type StoreSettings = RavenStoreSettings | SqliteStoreSettings;

export interface RavenStoreSettings {
  kind: 'ravendb';
  own: RavenSettings;
  registry: RavenSettings;
  createDatabase: boolean;
}

export interface SqliteStoreSettings {
  kind: 'sqlite';
  path: string;
  /** Null when no RavenDB is known: modules then find each other on the bus. */
  registry: RavenSettings | null;
  createDatabase: boolean;
}

type Environment = Record<string, string | undefined>;

/** @throws {StoreRefusedError} when something is missing or not available, naming the variable and the option */
export function readSettings(options: SparkStoreOptions, environment: Environment): StoreSettings {
  const kind = options.store ?? environment['SPARK_STORE'] ?? 'ravendb';
  const createDatabase = options.createDatabase ?? environment['NODE_ENV'] !== 'production';
  if (kind.startsWith('sqlite:')) return readSqliteSettings(kind, options, environment, createDatabase);
  if (kind !== 'ravendb') {
    throw new StoreRefusedError(
      `Unknown store ${JSON.stringify(kind)}: set SPARK_STORE to ravendb or sqlite:PATH.`,
    );
  }
  const { certificate } = options.ravendb ?? {};
  const urls = options.ravendb?.urls ?? list(environment['RAVENDB_URLS']);
  if (urls.length === 0) {
    throw new StoreRefusedError('RavenDB has no address: set RAVENDB_URLS, or ravendb.urls in forRoot().');
  }
  requireAddresses(urls, options.ravendb?.urls ? 'ravendb.urls in forRoot()' : 'RAVENDB_URLS');
  const named = registryUrls(options, environment);
  const secured = certificate ? { certificate } : {};
  return {
    kind: 'ravendb',
    own: { urls, database: ownDatabase(options, environment), ...secured },
    registry: readRegistry(options, environment, named.length > 0 ? named : urls),
    createDatabase,
  };
}

function readSqliteSettings(
  kind: string,
  options: SparkStoreOptions,
  environment: Environment,
  createDatabase: boolean,
): SqliteStoreSettings {
  const path = kind.slice('sqlite:'.length);
  if (path === '') {
    throw new StoreRefusedError('The store "sqlite:" names no file: set SPARK_STORE to sqlite:PATH.');
  }
  const urls = registryUrls(options, environment);
  const registry = urls.length > 0 ? readRegistry(options, environment, urls) : null;
  return { kind: 'sqlite', path, registry, createDatabase };
}

function registryUrls(options: SparkStoreOptions, environment: Environment): string[] {
  const urls = options.registry?.urls ?? list(environment['SPARK_MODULES_URLS']);
  requireAddresses(urls, options.registry?.urls ? 'registry.urls in forRoot()' : 'SPARK_MODULES_URLS');
  return urls;
}

function requireAddresses(urls: string[], setting: string): void {
  if (urls.every(isHttpAddress)) return;
  // Not shown: there may be a password in it.
  throw new StoreRefusedError(
    `${setting} is not a valid RavenDB address: set it to http://HOST:PORT or https://HOST, several with commas.`,
  );
}

function readRegistry(options: SparkStoreOptions, environment: Environment, urls: string[]): RavenSettings {
  const { certificate } = options.ravendb ?? {};
  const database = options.registry?.database ?? (environment['SPARK_MODULES_DATABASE'] || 'SparkModules');
  return { urls, database, ...(certificate ? { certificate } : {}) };
}

function ownDatabase(options: SparkStoreOptions, environment: Environment): string {
  const database = options.ravendb?.database ?? environment['RAVENDB_DATABASE'];
  if (database) return database;
  const module = environment['SPARK_MODULE_NAME'];
  if (module) return `Spark${module}`;
  throw new StoreRefusedError(
    'RavenDB has no database: set RAVENDB_DATABASE, or ravendb.database in forRoot().',
  );
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}
