import { join } from 'node:path';

/** Variable for the folder of keys, fetched servers, logs and embedded data. */
export const DATA_DIR_VARIABLE = 'SPARK_DATA_DIR';

/** The default data folder. */
export const DEFAULT_DATA_DIR = '.spark';

/**
 * The folder for what belongs to this machine: `SPARK_DATA_DIR`, or `.spark` in the working directory. An empty variable counts
 * as unset. `SPARK_HOME` is never read: it is the installation of Apache Spark.
 */
export function dataDir(env: Readonly<Record<string, string | undefined>>): string {
  return env[DATA_DIR_VARIABLE] || DEFAULT_DATA_DIR;
}

/** The folder of the modules' keys: `SPARK_KEYS_DIR`, or `keys` in the data folder. */
export function keysDir(env: Readonly<Record<string, string | undefined>>): string {
  return env['SPARK_KEYS_DIR'] || join(dataDir(env), 'keys');
}
