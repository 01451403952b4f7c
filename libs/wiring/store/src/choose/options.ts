import type { CertificateSource } from '@nestjs-spark/ravendb';

/** `ravendb`, or `sqlite:` and the path of a file, relative to the working directory; a missing file is created. */
export type StoreKind = 'ravendb' | `sqlite:${string}`;

/** What `SparkStoreModule.forRoot()` takes. Anything omitted is read from the environment. */
export interface SparkStoreOptions {
  /** The module's name, from which its database on RavenDB is named by default. Default `SPARK_MODULE_NAME`. */
  moduleName?: string;
  /** Default `SPARK_STORE`, else `ravendb`. */
  store?: StoreKind;
  ravendb?: {
    /** Default `RAVENDB_URLS`, separated by commas. */
    urls?: string[];
    /** The application's own database. Default `RAVENDB_DATABASE`, else `Spark` and the module's name (`SparkFleet`). */
    database?: string;
    /**
     * The client certificate for https, for the application's own database and the registry. Default
     * `RAVENDB_CERTIFICATE_FILE` (PEM or PFX) or `RAVENDB_CERTIFICATE` (PEM, or a PFX as base64), with `RAVENDB_PASSPHRASE` and
     * `RAVENDB_CA`, each of them also with the suffix `_FILE`; they are read again at each new connection.
     */
    certificate?: CertificateSource;
  };
  /** The registry, where modules find each other. */
  registry?: {
    /**
     * Default `SPARK_MODULES_URLS`, else the application's own addresses. On SQLite without either, modules find each other on
     * the bus only.
     */
    urls?: string[];
    /** Default `SPARK_MODULES_DATABASE`, else `SparkModules`. */
    database?: string;
  };
  /** Whether missing databases are created. Default: true unless `NODE_ENV` is `production`. */
  createDatabase?: boolean;
}
