import { tokenFault, unknownOptions } from '@nestjs-spark/foundation/internal';
import { readConnectAddress, type ConnectAddress } from '@nestjs-spark/apache-spark/text';

/** A cluster of Apache Spark that runs jobs. Omitted options are read from the environment. */
export interface ApacheSparkOptions {
  /** The Spark Connect server, `sc://HOST:15002`. `APACHE_SPARK_CONNECT_URL`; default: none. */
  connectUrl?: string;
  /** Sent as a bearer token, over TLS. `APACHE_SPARK_CONNECT_TOKEN`; default: none. */
  connectToken?: string;
  /** The server's UI, which shows whether a cancelled run has ended. `APACHE_SPARK_UI_URL`; default: port 4040 of the server's host. */
  uiUrl?: string;
  /** The standalone master for applications, `spark://HOST:7077`. `APACHE_SPARK_MASTER_URL`; default: none, so applications are not supported. */
  masterUrl?: string;
  /** The master's REST submission endpoint (`spark.master.rest.enabled`). `APACHE_SPARK_REST_URL`; default: port 6066 of the master's host. */
  restUrl?: string;
  /** The master's web UI, which proves that an application has ended. `APACHE_SPARK_MASTER_UI_URL`; default: port 8080 of the master's host. */
  masterUiUrl?: string;
  /** The Python version of the executors. `APACHE_SPARK_EXECUTOR_PYTHON`; default `3.11`. */
  executorPython?: string;
  /** The Node command on the executors; it must have the same major version as here. `APACHE_SPARK_EXECUTOR_NODE`; default `node`. */
  executorNode?: string;
  /**
   * How many runs a process executes there at once; further jobs wait in their queue. Each run holds up to 256 MiB of result until it is stored.
   * `SPARK_JOBS_SPARK_CONCURRENCY`; default 4.
   */
  concurrency?: number;
}

/** The options with all defaults applied. */
export interface ApacheSparkSettings {
  /** Null without scripts and statements. */
  connect: ConnectAddress | null;
  /** Null without applications. */
  master: { master: string; rest: string; ui: string } | null;
  ui: string;
  python: string;
  node: string;
  concurrency: number;
}

type Read = (name: string) => string | undefined;

/** Where settings that are not options are read. */
export interface Readers {
  /** A variable. */
  env: Read;
  /** A secret, from its variable, a file or Vault. */
  secret: Read;
}

const OPTIONS = Object.keys({
  connectUrl: true,
  connectToken: true,
  uiUrl: true,
  masterUrl: true,
  restUrl: true,
  masterUiUrl: true,
  executorPython: true,
  executorNode: true,
  concurrency: true,
} satisfies Record<keyof ApacheSparkOptions, true>);

/** The settings for Apache Spark; null without an address. Faults are added to `faults`. */
export function resolveApacheSpark(
  options: ApacheSparkOptions,
  { env, secret }: Readers,
  faults: string[],
): ApacheSparkSettings | null {
  faults.push(...unknownOptions(options, OPTIONS, { path: 'apacheSpark' }));
  const connect = connectOf(options, { env, secret }, faults);
  const master = masterOf(options, env, faults);
  if (!connect && !master) return null;
  const ui = options.uiUrl ?? env('APACHE_SPARK_UI_URL') ?? `http://${connect?.host ?? '127.0.0.1'}:4040`;
  requireHttp({ 'uiUrl (APACHE_SPARK_UI_URL)': ui }, faults);
  const python = options.executorPython ?? env('APACHE_SPARK_EXECUTOR_PYTHON') ?? '3.11';
  if (!/^3\.\d{1,2}$/.test(python))
    faults.push('executorPython (APACHE_SPARK_EXECUTOR_PYTHON) has to be a version such as 3.11');
  const node = options.executorNode ?? env('APACHE_SPARK_EXECUTOR_NODE') ?? 'node';
  const concurrency = options.concurrency ?? Number(env('SPARK_JOBS_SPARK_CONCURRENCY') ?? 4);
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    faults.push('concurrency (SPARK_JOBS_SPARK_CONCURRENCY) has to be a whole number, at least 1');
  return { connect, master, ui, python, node, concurrency };
}

function connectOf(
  options: ApacheSparkOptions,
  { env, secret }: Readers,
  faults: string[],
): ConnectAddress | null {
  const url = options.connectUrl ?? env('APACHE_SPARK_CONNECT_URL');
  if (url === undefined) return null;
  const connect = readConnectAddress(url);
  if (typeof connect === 'string') {
    faults.push(`connectUrl (APACHE_SPARK_CONNECT_URL) ${connect}`);
    return null;
  }
  const token = options.connectToken ?? secret('APACHE_SPARK_CONNECT_TOKEN') ?? connect.token;
  const fault = token === null ? null : tokenFault('connectToken (APACHE_SPARK_CONNECT_TOKEN)', token);
  if (fault !== null) faults.push(fault);
  return { ...connect, token, tls: connect.tls || token !== null };
}

function masterOf(options: ApacheSparkOptions, env: Read, faults: string[]): ApacheSparkSettings['master'] {
  const master = options.masterUrl ?? env('APACHE_SPARK_MASTER_URL');
  if (master === undefined) return null;
  const asHttp = master.replace('spark:', 'http:');
  if (!master.startsWith('spark://') || !URL.canParse(asHttp)) {
    faults.push('masterUrl (APACHE_SPARK_MASTER_URL) has to be an address such as spark://HOST:7077');
    return null;
  }
  const { hostname } = new URL(asHttp);
  const rest = options.restUrl ?? env('APACHE_SPARK_REST_URL') ?? `http://${hostname}:6066`;
  const ui = options.masterUiUrl ?? env('APACHE_SPARK_MASTER_UI_URL') ?? `http://${hostname}:8080`;
  requireHttp(
    { 'restUrl (APACHE_SPARK_REST_URL)': rest, 'masterUiUrl (APACHE_SPARK_MASTER_UI_URL)': ui },
    faults,
  );
  return { master, rest, ui };
}

function requireHttp(addresses: Record<string, string>, faults: string[]): void {
  for (const [name, url] of Object.entries(addresses))
    if (!/^https?:/.test(url) || !URL.canParse(url))
      faults.push(`${name} has to be an address such as http://HOST:4040`);
}
