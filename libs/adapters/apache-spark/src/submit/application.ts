import { readFileSync } from 'node:fs';

/** A PySpark application. */
export interface Application {
  /** The name under which the master lists it, and by which its driver is found again. */
  name: string;
  /** The Python file: a path that exists on every worker, or an `http:` or `https:` URL that they can read. */
  resource: string;
  args: readonly string[];
  /** Apache Spark's configuration properties. */
  properties: Readonly<Record<string, string>>;
}

/** Properties that control submission, which an application cannot set itself. */
export const OWN_PROPERTIES: ReadonlySet<string> = new Set([
  'spark.app.name',
  'spark.driver.supervise',
  'spark.master',
  'spark.submit.deployMode',
]);

/** Whether Apache Spark itself treats a property as secret, judging by its name. */
export function isSecretName(name: string): boolean {
  return /secret|password|token|access[.]?key/i.test(name);
}

/** The request that makes a master start a driver. */
export function requestFor({ name, resource, args, properties }: Application, master: string): object {
  // The driver takes a core itself: without one left for an executor, the application would wait forever.
  const usual = { 'spark.driver.cores': '1', 'spark.cores.max': '1' };
  const settings: Record<string, string> = { ...usual, ...properties };
  // The master lists arguments in the clear, but JVM properties with secrets redacted.
  const shown = Object.entries(settings).filter(([key]) => !isSecretName(key));
  return {
    action: 'CreateSubmissionRequest',
    appResource: '',
    mainClass: 'org.apache.spark.deploy.SparkSubmit',
    appArgs: [
      // Setting the property is not enough: the driver would compute in its own process and report success.
      '--master',
      master,
      '--name',
      name,
      ...shown.flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      '--class',
      'org.apache.spark.deploy.PythonRunner',
      'spark-internal',
      // What this class interprets as the file and its modules: Python is started with all of these arguments except the second.
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
