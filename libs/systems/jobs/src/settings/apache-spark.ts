import { readConnectAddress, type ConnectAddress } from '@nestjs-spark/apache-spark/text';

/** A cluster of Apache Spark that runs jobs. Anything omitted is read from the environment. */
export interface ApacheSparkOptions {
  /** The Spark Connect server, `sc://HOST:15002`. `APACHE_SPARK_CONNECT_URL`; default: none. */
  connectUrl?: string;
  /** Sent to it as a bearer token, over TLS. `APACHE_SPARK_CONNECT_TOKEN`; default: none. */
  connectToken?: string;
  /** The server's UI, which tells whether a cancelled run has ended. `APACHE_SPARK_UI_URL`; default: port 4040 of the server's host. */
  uiUrl?: string;
  /** The version of the executors' Python. `APACHE_SPARK_EXECUTOR_PYTHON`; default `3.11`. */
  executorPython?: string;
  /** How Node is called on the executors; the same major version as here. `APACHE_SPARK_EXECUTOR_NODE`; default `node`. */
  executorNode?: string;
  /**
   * How many runs a process executes there at once; further jobs for it wait in their queue. Each run holds its result until it is stored,
   * up to 256 MiB. `SPARK_JOBS_SPARK_CONCURRENCY`; default 4.
   */
  concurrency?: number;
}

/** The options with every default in place. */
export interface ApacheSparkSettings {
  connect: ConnectAddress;
  ui: string;
  python: string;
  node: string;
  concurrency: number;
}

/** Where Apache Spark is; null where no address is given. What is wrong goes to `faults`. */
export function resolveApacheSpark(
  options: ApacheSparkOptions,
  env: (name: string) => string | undefined,
  faults: string[],
): ApacheSparkSettings | null {
  const url = options.connectUrl ?? env('APACHE_SPARK_CONNECT_URL');
  if (url === undefined) return null;
  const connect = readConnectAddress(url);
  if (typeof connect === 'string') {
    faults.push(`connectUrl (APACHE_SPARK_CONNECT_URL) ${connect}`);
    return null;
  }
  const token = options.connectToken ?? env('APACHE_SPARK_CONNECT_TOKEN') ?? connect.token;
  const ui = options.uiUrl ?? env('APACHE_SPARK_UI_URL') ?? `http://${connect.host}:4040`;
  if (!/^https?:/.test(ui) || !URL.canParse(ui))
    faults.push('uiUrl (APACHE_SPARK_UI_URL) has to be an address such as http://HOST:4040');
  const python = options.executorPython ?? env('APACHE_SPARK_EXECUTOR_PYTHON') ?? '3.11';
  if (!/^3\.\d{1,2}$/.test(python))
    faults.push('executorPython (APACHE_SPARK_EXECUTOR_PYTHON) has to be a version such as 3.11');
  const node = options.executorNode ?? env('APACHE_SPARK_EXECUTOR_NODE') ?? 'node';
  const concurrency = options.concurrency ?? Number(env('SPARK_JOBS_SPARK_CONCURRENCY') ?? 4);
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    faults.push('concurrency (SPARK_JOBS_SPARK_CONCURRENCY) has to be a whole number, at least 1');
  return {
    connect: { ...connect, token, tls: connect.tls || token !== null },
    ui,
    python,
    node,
    concurrency,
  };
}
