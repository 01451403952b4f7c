import { readFileSync } from 'node:fs';

/** A PySpark application. */
export interface Application {
  /** Under which the master lists it, and by which its driver is found again. */
  name: string;
  /** The Python file: a path on every worker, or an `http:` or `https:` address that they can read. */
  resource: string;
  args: readonly string[];
  /** Settings of Apache Spark. */
  properties: Readonly<Record<string, string>>;
}

/** Settings that say how an application is submitted, which is not its own affair. */
export const OWN_PROPERTIES: ReadonlySet<string> = new Set([
  'spark.app.name',
  'spark.driver.supervise',
  'spark.master',
  'spark.submit.deployMode',
]);

/** What Apache Spark itself takes for secret, by the name of a setting. */
export function isSecretName(name: string): boolean {
  return /secret|password|token|access[.]?key/i.test(name);
}

/** The request with which a master starts a driver. */
export function requestFor({ name, resource, args, properties }: Application, master: string): object {
  // The driver takes a core itself: with none left for an executor the application would wait forever.
  const usual = { 'spark.driver.cores': '1', 'spark.cores.max': '1' };
  const settings: Record<string, string> = { ...usual, ...properties };
  // The master lists arguments as they are, and settings of the JVM without their secrets.
  const shown = Object.entries(settings).filter(([key]) => !isSecretName(key));
  return {
    action: 'CreateSubmissionRequest',
    appResource: '',
    mainClass: 'org.apache.spark.deploy.SparkSubmit',
    appArgs: [
      // A setting alone is not enough: the driver would compute in its own process and say that it is finished.
      '--master',
      master,
      '--name',
      name,
      ...shown.flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      '--class',
      'org.apache.spark.deploy.PythonRunner',
      'spark-internal',
      // What this class takes for the file and its modules: Python is started with all but the second of these arguments.
      '-c',
      settings['spark.submit.pyFiles'] ?? '',
      launcher(),
      resource,
      ...args,
    ],
    clientSparkVersion: '4.3.0',
    environmentVariables: { SPARK_ENV_LOADED: '1' },
    sparkProperties: {
      ...settings,
      'spark.app.name': name,
      'spark.master': master,
      'spark.submit.deployMode': 'client',
    },
  };
}

let text: string | undefined;

function launcher(): string {
  text ??= readFileSync(new URL('../../python/run_application.py', import.meta.url), 'utf8');
  return text;
}
