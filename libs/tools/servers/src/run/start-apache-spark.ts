import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { request } from 'undici';
import { apacheSparkWays, type ApacheSparkSource } from '../find/find-apache-spark.ts';
import { type FindOptions, toFinding } from '../find/options.ts';
import { search } from '../find/search.ts';
import { claimDataDir } from './data-dir.ts';
import { freePort } from './free-port.ts';
import type { Probe } from './ready.ts';
import type { ServerHandle } from './server-handle.ts';
import { ServerProcess } from './server-process.ts';
import { toHandle } from './start-one.ts';

/** A standalone cluster of Apache Spark: a master, one worker and a Spark Connect server that runs on them. */
export interface ApacheSparkCluster {
  /** `sc://127.0.0.1:PORT`. */
  readonly connectUrl: string;
  /** The UI of the Spark Connect server, which shows running tasks. */
  readonly uiUrl: string;
  /** `spark://127.0.0.1:PORT`. */
  readonly masterUrl: string;
  /** The master's REST submission server. */
  readonly restUrl: string;
  /** The master's web UI, with `/json/`. */
  readonly masterUiUrl: string;
  /** The executors' Python version, such as `3.11`. */
  readonly pythonVersion: string;
  readonly master: ServerHandle;
  readonly worker: ServerHandle;
  readonly connect: ServerHandle;
  /** Stops everything and removes its data. */
  stop(): Promise<void>;
}

/** Sizes for a small machine: beside Spark Connect, cores and memory remain for two applications. */
const WORKER = { cores: '6', memory: '3g' };
const QUICK_START = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/**
 * Starts a separate cluster on free ports, with small executors and temporary data. Throws with every way that was tried if
 * Apache Spark is unavailable, and with the end of a log if a part does not become ready.
 */
export async function startApacheSpark(options: FindOptions = {}): Promise<ApacheSparkCluster> {
  const finding = toFinding(options);
  const source = await search('Apache Spark', apacheSparkWays(finding));
  const data = await claimDataDir(finding.home, { temporary: true }, 'apache-spark');
  const ports = await freePorts();
  const plans = partsOf(source, data.path, ports);
  const parts = plans.map((plan) => new ServerProcess(plan));
  const [master, worker, server] = parts as [ServerProcess, ServerProcess, ServerProcess];
  const stop = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
    await data.release();
  };
  try {
    await mkdir(join(data.path, 'conf'), { recursive: true });
    await master.start();
    await Promise.all([worker.start(), server.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = urlsOf(ports);
  const handle = (part: ServerProcess, url: string): ServerHandle =>
    toHandle(part, url, data.path, async () => undefined);
  return {
    ...urls,
    pythonVersion: source.pythonVersion,
    master: handle(master, urls.masterUrl),
    worker: handle(worker, urls.masterUrl),
    connect: handle(server, urls.connectUrl),
    stop,
  };
}

interface Ports {
  master: number;
  masterUi: number;
  rest: number;
  worker: number;
  workerUi: number;
  connect: number;
  ui: number;
}

async function freePorts(): Promise<Ports> {
  const next = freePort;
  const [master, masterUi, rest] = [await next(), await next(), await next()];
  const [worker, workerUi] = [await next(), await next()];
  return { master, masterUi, rest, worker, workerUi, connect: await next(), ui: await next() };
}

function urlsOf({ master, masterUi, rest, connect: grpc, ui }: Ports) {
  return {
    connectUrl: `sc://127.0.0.1:${grpc}`,
    uiUrl: `http://127.0.0.1:${ui}`,
    masterUrl: `spark://127.0.0.1:${master}`,
    restUrl: `http://127.0.0.1:${rest}`,
    masterUiUrl: `http://127.0.0.1:${masterUi}`,
  };
}

function partsOf({ way, home, python, javaHome }: ApacheSparkSource, dataDir: string, ports: Ports) {
  const { masterUrl } = urlsOf(ports);
  const env = {
    SPARK_HOME: home,
    PYSPARK_PYTHON: python,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: join(dataDir, 'local'),
    SPARK_WORKER_DIR: join(dataDir, 'work'),
    SPARK_LOG_DIR: join(dataDir, 'logs'),
    // Empty: a user's configuration for another cluster must not affect this one.
    SPARK_CONF_DIR: join(dataDir, 'conf'),
    ...(javaHome === undefined ? {} : { JAVA_HOME: javaHome }),
  };
  const daemon = { ...env, SPARK_DAEMON_MEMORY: '256m', SPARK_DAEMON_JAVA_OPTS: QUICK_START };
  const program = (its: Record<string, string>) => ({
    kind: 'program' as const,
    way,
    command: join(home, 'bin', 'spark-class'),
    args: [],
    env: its,
  });
  const rest = ['enabled=true', 'host=127.0.0.1', `port=${ports.rest}`].map(
    (one) => `-Dspark.master.rest.${one}`,
  );
  // A master that was killed remembers its drivers.
  const recovery = ['recoveryMode=FILESYSTEM', `recoveryDirectory=${join(dataDir, 'recovery')}`];
  const masterOptions = [...rest, ...recovery.map((one) => `-Dspark.deploy.${one}`)].join(' ');
  const at = ['--host', '127.0.0.1'];
  return [
    {
      name: 'apache-spark-master',
      source: program({ ...daemon, SPARK_MASTER_OPTS: masterOptions }),
      args: [MASTER, ...at, '--port', `${ports.master}`, '--webui-port', `${ports.masterUi}`],
      port: ports.masterUi,
      dataDir,
      probe: (port: number) => askMaster(port, () => true),
    },
    {
      name: 'apache-spark-worker',
      source: program(daemon),
      args: workerArguments(masterUrl, ports),
      port: ports.masterUi,
      dataDir,
      probe: (port: number) => askMaster(port, (alive) => alive > 0),
    },
    {
      name: 'apache-spark-connect',
      source: program(env),
      args: connectArguments(masterUrl, ports),
      port: ports.connect,
      dataDir,
      probe: listens,
    },
  ];
}

const MASTER = 'org.apache.spark.deploy.master.Master';
const WORKER_CLASS = 'org.apache.spark.deploy.worker.Worker';
const SUBMIT = 'org.apache.spark.deploy.SparkSubmit';
const CONNECT = 'org.apache.spark.sql.connect.service.SparkConnectServer';

function workerArguments(masterUrl: string, { worker, workerUi }: Ports): string[] {
  const settings = { host: '127.0.0.1', port: worker, 'webui-port': workerUi, ...WORKER };
  return [
    WORKER_CLASS,
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    masterUrl,
  ];
}

function connectArguments(masterUrl: string, ports: Ports): string[] {
  const settings = {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': `${ports.connect}`,
    // Longer than any outage of a service that has to find its runs again.
    'spark.connect.execute.manager.detachedTimeout': '30m',
    'spark.ui.port': `${ports.ui}`,
    'spark.executor.memory': '512m',
    'spark.executor.cores': '2',
    'spark.cores.max': '2',
    'spark.executor.extraJavaOptions': QUICK_START,
    // How soon an interrupted task is killed.
    'spark.python.task.killTimeout': '500ms',
    'spark.sql.shuffle.partitions': '2',
  };
  return [
    SUBMIT,
    '--class',
    CONNECT,
    '--master',
    masterUrl,
    '--driver-memory',
    '700m',
    '--driver-java-options',
    QUICK_START,
    ...Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    'spark-internal',
  ];
}

async function askMaster(
  port: number,
  isEnough: (aliveWorkers: number) => boolean,
): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/json/`);
    const { status, aliveworkers = 0 } = (await body.json()) as { status?: string; aliveworkers?: number };
    if (statusCode !== 200 || status !== 'ALIVE') return `the master is ${status ?? statusCode}`;
    return isEnough(aliveworkers) ? undefined : 'no worker has joined yet';
  } catch {
    return 'the master does not answer yet';
  }
}

const listens: Probe = async (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', () => resolve('it does not answer yet'));
  });
