import { StoreRefusedError } from '@nestjs-spark/contracts';
import { isHttpAddress } from '@nestjs-spark/contracts/internal';
import {
  cannotBeUsed,
  optionsFault,
  shareOptions,
  shownValue,
  unknownOptions,
} from '@nestjs-spark/foundation/internal';
import type { CertificateSource, RavenSettings } from '@nestjs-spark/ravendb';
import { EnvironmentSecrets, type Secrets } from '@nestjs-spark/secrets/internal';
import { settleCertificate } from './settle-certificate.ts';
import type { SparkStoreOptions } from './options.ts';

/** The settings after options and environment were combined. */
export type StoreSettings = RavenStoreSettings | SqliteStoreSettings;

export interface RavenStoreSettings {
  kind: 'ravendb';
  own: RavenSettings;
  registry: RavenSettings;
  createDatabase: boolean;
  /** Whether to refuse a certificate with more rights than a module needs. */
  refusesAdministrators: boolean;
}

export interface SqliteStoreSettings {
  kind: 'sqlite';
  path: string;
  /** Null when no RavenDB is known: modules then find each other on the bus. */
  registry: RavenSettings | null;
  createDatabase: boolean;
}

/** The names of all options of `SparkStoreOptions`. */
export const STORE_OPTIONS = shareOptions(
  Object.keys({
    moduleName: true,
    store: true,
    ravendb: true,
    registry: true,
    createDatabase: true,
  } satisfies Record<keyof SparkStoreOptions, true>),
);
const RAVENDB_OPTIONS = Object.keys({
  urls: true,
  database: true,
  certificate: true,
} satisfies Record<keyof NonNullable<SparkStoreOptions['ravendb']>, true>);
const REGISTRY_OPTIONS = Object.keys({
  urls: true,
  database: true,
} satisfies Record<keyof NonNullable<SparkStoreOptions['registry']>, true>);

type Environment = Record<string, string | undefined>;

/** The inputs from which settings are assembled, and their faults. */
interface Given {
  options: SparkStoreOptions;
  environment: Environment;
  certificate: CertificateSource | undefined;
  faults: string[];
}

/**
 * @param secrets where the certificate comes from, by default the environment
 * @throws {StoreRefusedError} when something is missing or not available, naming every such variable and option
 */
export function readSettings(
  options: SparkStoreOptions,
  environment: Environment,
  secrets: Secrets = new EnvironmentSecrets(environment),
): StoreSettings {
  const notOptions = optionsFault(options, STORE_OPTIONS);
  if (notOptions !== null) throw refused([notOptions]);
  const faults = unknownStoreOptions(options);
  const certificate = settleCertificate(options.ravendb?.certificate, secrets, faults);
  const settings = settle({ options, environment, certificate, faults });
  if (settings) refuseUnsafe(settings, environment, faults);
  if (settings && faults.length === 0) return settings;
  throw refused(faults);
}

/** For settings that cannot be used. */
export function refused(faults: readonly string[]): StoreRefusedError {
  return new StoreRefusedError(cannotBeUsed('SparkStoreModule', faults));
}

function unknownStoreOptions(options: SparkStoreOptions): string[] {
  return [
    ...unknownOptions(options, STORE_OPTIONS, { isShared: true }),
    ...unknownOptions(options.ravendb, RAVENDB_OPTIONS, { path: 'ravendb' }),
    ...unknownOptions(options.registry, REGISTRY_OPTIONS, { path: 'registry' }),
  ];
}

/** Documents and scripts would travel unencrypted, and anyone in between could change them. */
function refuseUnsafe(settings: StoreSettings, environment: Environment, faults: string[]): void {
  if (environment['NODE_ENV'] !== 'production' || environment['SPARK_ALLOW_HTTP_RAVENDB'] === '1') return;
  const own = settings.kind === 'ravendb' ? settings.own.urls : [];
  if (![...own, ...(settings.registry?.urls ?? [])].some((url) => /^http:/i.test(url))) return;
  faults.push(
    'RavenDB is reached over http, which production does not accept: set RAVENDB_URLS and SPARK_MODULES_URLS to https addresses, or SPARK_ALLOW_HTTP_RAVENDB=1 if nobody else can reach the network.',
  );
}

function settle(given: Given): StoreSettings | null {
  const { options, environment, certificate, faults } = given;
  const kind = options.store ?? (environment['SPARK_STORE'] || 'ravendb');
  const createDatabase = options.createDatabase ?? environment['NODE_ENV'] !== 'production';
  if (kind.startsWith('sqlite:')) return settleSqlite(kind, given, createDatabase);
  if (kind !== 'ravendb') {
    faults.push(
      `SPARK_STORE is ${shownValue(kind)}, which is not a store: set it to ravendb or sqlite:PATH, as in sqlite:fleet.db.`,
    );
    return null;
  }
  const urls = options.ravendb?.urls ?? list(environment['RAVENDB_URLS']);
  if (urls.length === 0) {
    faults.push(
      'RavenDB has no address: set RAVENDB_URLS, or ravendb.urls in forRoot(), or SPARK_STORE=sqlite:PATH for the embedded store.',
    );
  }
  requireAddresses(urls, options.ravendb?.urls ? 'ravendb.urls in forRoot()' : 'RAVENDB_URLS', faults);
  const named = registryUrls(options, environment, faults);
  return {
    kind: 'ravendb',
    own: { urls, database: ownDatabase(options, environment, faults), ...(certificate && { certificate }) },
    registry: readRegistry(given, named.length > 0 ? named : urls),
    createDatabase,
    refusesAdministrators:
      environment['NODE_ENV'] === 'production' && environment['SPARK_ALLOW_ADMIN_CERTIFICATE'] !== '1',
  };
}

function settleSqlite(kind: string, given: Given, createDatabase: boolean): SqliteStoreSettings {
  const { options, environment, faults } = given;
  const path = kind.slice('sqlite:'.length);
  if (path === '') {
    faults.push('The store "sqlite:" names no file: set SPARK_STORE to sqlite:PATH.');
  }
  const urls = registryUrls(options, environment, faults);
  const registry = urls.length > 0 ? readRegistry(given, urls) : null;
  return { kind: 'sqlite', path, registry, createDatabase };
}

function registryUrls(options: SparkStoreOptions, environment: Environment, faults: string[]): string[] {
  const urls = options.registry?.urls ?? list(environment['SPARK_MODULES_URLS']);
  requireAddresses(
    urls,
    options.registry?.urls ? 'registry.urls in forRoot()' : 'SPARK_MODULES_URLS',
    faults,
  );
  return urls;
}

function requireAddresses(urls: string[], setting: string, faults: string[]): void {
  const wrong = urls.filter((url) => !isHttpAddress(url));
  if (wrong.length === 0) return;
  faults.push(
    `${setting} has ${wrong.map(shownValue).join(', ')}, which is not a valid RavenDB address: ` +
      'set it to http://HOST:PORT or https://HOST, several with commas, as in http://127.0.0.1:8080.',
  );
}

function readRegistry({ options, environment, certificate }: Given, urls: string[]): RavenSettings {
  const database = options.registry?.database ?? (environment['SPARK_MODULES_DATABASE'] || 'SparkModules');
  return { urls, database, ...(certificate ? { certificate } : {}) };
}

function ownDatabase(options: SparkStoreOptions, environment: Environment, faults: string[]): string {
  const database = options.ravendb?.database ?? environment['RAVENDB_DATABASE'];
  if (database) return database;
  // The variable came first when there was no such option; an update must not move an application that has both to another database.
  const module = environment['SPARK_MODULE_NAME'] || options.moduleName;
  if (module) return `Spark${module}`;
  faults.push(
    'The RavenDB database has no name: the name follows from moduleName in forRoot() or from SPARK_MODULE_NAME. Set one of them, or RAVENDB_DATABASE, or ravendb.database in forRoot().',
  );
  return '';
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}
