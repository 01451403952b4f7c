import type { Agent } from 'undici';
import { toFinding } from '../find/options.ts';
import type { FindOptions } from '../find/options.ts';
import { POSTGRES_USERS } from '../find/find-postgres.ts';
import type { ProgramSource, ServerName } from '../find/source.ts';
import { notAsRoot, type RunAs } from '../host/run-as.ts';
import {
  kafkaArguments,
  natsArguments,
  type Place,
  postgresArguments,
  ravenDbArguments,
} from './arguments.ts';
import type { DataOptions } from './data-dir.ts';
import { claimDataDir } from './data-dir.ts';
import { freePort, isFree } from './free-port.ts';
import { prepareKafka, preparePostgres } from './prepare.ts';
import {
  kafkaProbe,
  natsProbe,
  postgresProbe,
  type Probe,
  ravenDbProbe,
  securedRavenDbProbe,
} from './ready.ts';
import type { ServerHandle } from './server-handle.ts';
import { ServerProcess } from './server-process.ts';

/** How to start one server. */
export interface StartOptions extends FindOptions, DataOptions {
  /** Additional command-line arguments for the server, such as `--Tombstones.CleanupIntervalInMin=1`. */
  args?: readonly string[];
  /** The preferred port. Default, or if it is taken: any free port. */
  port?: number;
}

/** RavenDB over https: its certificate, and the agent for its readiness probe. */
export interface SecuredStart {
  /** A PFX without a passphrase. */
  readonly certificate: string;
  readonly agent: Agent;
}

/** How to start one kind of server. */
interface ServerKind {
  urlOf(port: number): string;
  arguments(place: Place): string[];
  readonly probe: Probe;
  /** Preparation before a start; a no-op if the data already exist. */
  prepare?(source: ProgramSource, place: Place, runAs: RunAs): Promise<void>;
  readonly stopSignal?: NodeJS.Signals;
  /** For a server that refuses to run as root: the users it may run as instead. */
  readonly users?: readonly string[];
}

const kinds: Record<ServerName, ServerKind> = {
  ravendb: {
    urlOf: (port) => `http://127.0.0.1:${port}`,
    arguments: ravenDbArguments,
    probe: ravenDbProbe,
  },
  nats: { urlOf: (port) => `nats://127.0.0.1:${port}`, arguments: natsArguments, probe: natsProbe },
  kafka: {
    urlOf: (port) => `kafka://127.0.0.1:${port}`,
    arguments: kafkaArguments,
    probe: kafkaProbe,
    prepare: prepareKafka,
  },
  postgres: {
    urlOf: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    arguments: postgresArguments,
    probe: postgresProbe,
    prepare: preparePostgres,
    stopSignal: 'SIGINT',
    users: POSTGRES_USERS,
  },
};

const portTries = 3;

/** Starts a program that was found, and resolves when it is ready. */
export async function startProgram(
  server: ServerName,
  source: ProgramSource,
  options: StartOptions & { secured?: SecuredStart },
): Promise<ServerHandle> {
  const { secured } = options;
  const data = await claimDataDir(toFinding(options).home, options, server);
  const kind = secured
    ? {
        ...kinds[server],
        urlOf: (port: number) => `https://127.0.0.1:${port}`,
        probe: securedRavenDbProbe(secured.agent),
      }
    : kinds[server];
  const runAs = kind.users ? ((await notAsRoot(kind.users)) ?? {}) : {};
  for (let tried = 1; ; tried += 1) {
    const port = await choosePort(tried === 1 ? options.port : undefined);
    const place = { port, dataDir: data.path, certificate: secured?.certificate };
    const args = [...kind.arguments(place), ...(options.args ?? [])];
    const running = new ServerProcess({
      name: server,
      source,
      args,
      port,
      dataDir: data.path,
      probe: kind.probe,
      runAs,
      ...(kind.stopSignal ? { stopSignal: kind.stopSignal } : {}),
    });
    try {
      await kind.prepare?.(source, place, runAs);
      await running.start();
    } catch (error) {
      if (tried < portTries && isPortTaken(error)) continue;
      await data.release();
      throw error;
    }
    return toHandle(running, kind.urlOf(port), data.path, data.release);
  }
}

async function choosePort(wanted?: number): Promise<number> {
  return wanted !== undefined && (await isFree(wanted)) ? wanted : freePort();
}

/** Another process may take a port between the check and the listen. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
}

/** The handle of a server's process. */
export function toHandle(
  running: ServerProcess,
  url: string,
  dataDir: string,
  release: () => Promise<void>,
): ServerHandle {
  return {
    url,
    dataDir,
    get pid() {
      return running.pid;
    },
    async stop() {
      await running.stop();
      await release();
    },
    halt: () => running.stop(),
    kill9: () => running.kill9(),
    sigstop: () => running.signal('SIGSTOP'),
    sigcont: () => running.signal('SIGCONT'),
    async restart() {
      await running.stop();
      await running.start();
    },
  };
}
