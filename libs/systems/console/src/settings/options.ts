/** A module that is in no registry, such as an application that only runs jobs. */
export interface NamedModule {
  name: string;
  /** Its address, such as `http://jobs:5004`. */
  url: string;
}

/** How the console is served. Every option may be omitted. */
export interface SparkConsoleOptions {
  /** Where it is mounted, outside the application's global prefix. Default `/spark/console`. */
  path?: string;
  /** The title of the page. Default `Spark`. */
  title?: string;
  /**
   * Modules that are in no registry, and those whose jobs are shown. They are asked with the operator token, which is sent only to these addresses.
   * Default: none; all others are found through the registry.
   */
  modules?: readonly NamedModule[];
  /** Whether nothing can be changed through the console. Default false. */
  readOnly?: boolean;
  /** The module whose key signs the console's requests. `SPARK_MODULE_NAME`; required. When mounted, it is the name of the application. */
  name?: string;
  /** The token with which operators sign in. `SPARK_OPERATOR_TOKEN`; without it, only JWTs of `SparkAuthModule` are accepted. */
  operatorToken?: string;
  /** The directory of the module's key. `SPARK_KEYS_DIR`, then `keys` in `SPARK_DATA_DIR`. */
  keysDir?: string;
  /**
   * The keys that operators have approved, by module: in production, the console sends requests to a module only if its key is listed here or was
   * trusted before. `SPARK_TRUSTED_KEYS` as `HR=thumbprint,Fleet=thumbprint`. Default: none.
   */
  trustedKeys?: Readonly<Record<string, string | readonly string[]>>;
}

/** The options with all defaults applied. */
export interface ConsoleSettings {
  /** With a leading slash and no trailing one. */
  path: string;
  title: string;
  modules: readonly NamedModule[];
  readOnly: boolean;
  name: string;
  operatorToken: string | null;
  keysDir: string;
  /** By module name in lower case. */
  trustedKeys: ReadonlyMap<string, readonly string[]>;
  production: boolean;
}
