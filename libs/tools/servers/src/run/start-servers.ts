import type { MissingServer, WantedServers } from '../find/find-servers.ts';
import { findServers, missingServer, waysToServer } from '../find/find-servers.ts';
import { toFinding } from '../find/options.ts';
import { search } from '../find/search.ts';
import type { ServerName, Source } from '../find/source.ts';
import { startComposeService } from './compose-handle.ts';
import type { ServerHandle } from './server-handle.ts';
import type { SecuredStart, StartOptions } from './start-one.ts';
import { startProgram } from './start-one.ts';

/** A server of this run: its address, and its handle if this process started it. */
export interface RunningServer {
  readonly url: string;
  /** Where it came from, for messages. */
  readonly way: string;
  /** Undefined for an address in the environment: such a server is not ours to stop or kill. */
  readonly handle: ServerHandle | undefined;
}

/** The servers of this run. An unavailable server is in `missing` with the reason. */
export interface RunningServers {
  readonly ravendb: RunningServer | undefined;
  readonly nats: RunningServer | undefined;
  readonly kafka: RunningServer | undefined;
  readonly postgres: RunningServer | undefined;
  readonly missing: readonly MissingServer[];
  /** Stops what this process started. */
  stop(): Promise<void>;
}

/** Which servers to start, and how. Of {@link StartOptions}, which are for one server, only the port can be given here. */
export interface StartServersOptions extends Omit<StartOptions, 'args' | 'port'>, WantedServers {
  /** The preferred ports. Default, or if one is taken: any free port. */
  ports?: Partial<Readonly<Record<ServerName, number>>>;
}

/**
 * Finds and starts the servers (see {@link findServers} for the order). It does not throw for a server that is unavailable or
 * does not start: that one is in `missing`, and the caller decides whether it is needed.
 */
export async function startServers(options: StartServersOptions = {}): Promise<RunningServers> {
  const found = await findServers(options);
  const missing = [...found.missing];
  const run = async (server: ServerName) => {
    const source = found[server];
    if (!source) return undefined;
    return start(server, source, { ...options, port: options.ports?.[server] }).catch((error: unknown) => {
      missing.push(missingServer(server, error));
      return undefined;
    });
  };
  const [ravendb, nats, kafka, postgres] = await Promise.all([
    run('ravendb'),
    run('nats'),
    run('kafka'),
    run('postgres'),
  ]);
  const started = [ravendb, nats, kafka, postgres];
  const stop = async () => void (await Promise.all(started.map((server) => server?.handle?.stop())));
  return { ravendb, nats, kafka, postgres, missing, stop };
}

/**
 * Starts a separate RavenDB server, regardless of `RAVENDB_URLS`, without licence, on a free port. Throws with
 * each way that was tried when none is available, and with the end of its log when it does not become ready.
 */
export async function startRavenDb(
  options: StartOptions & { secured?: SecuredStart } = {},
): Promise<ServerHandle> {
  return startOwn('ravendb', options);
}

/** Starts a separate nats-server with JetStream, regardless of `NATS_URL`; as {@link startRavenDb}. */
export async function startNats(options: StartOptions = {}): Promise<ServerHandle> {
  return startOwn('nats', options);
}

/**
 * Starts a separate Kafka broker (KRaft, one node), regardless of `KAFKA_BROKERS`; as {@link startRavenDb}. Topics are not
 * created automatically.
 */
export async function startKafka(options: StartOptions = {}): Promise<ServerHandle> {
  return startOwn('kafka', options);
}

/**
 * Starts a separate PostgreSQL, regardless of `POSTGRES_URL`; as {@link startRavenDb}. Anyone who can reach it may do everything.
 */
export async function startPostgres(options: StartOptions = {}): Promise<ServerHandle> {
  return startOwn('postgres', options);
}

async function startOwn(
  server: ServerName,
  options: StartOptions & { secured?: SecuredStart },
): Promise<ServerHandle> {
  const finding = toFinding(options);
  const [, ...ways] = waysToServer(server, finding);
  const { handle } = await start(server, await search(`${server} server`, ways), options);
  if (!handle)
    throw new Error(`${server} is an address in the environment, so no separate server can be started`);
  return handle;
}

async function start(
  server: ServerName,
  source: Source,
  options: StartOptions & { secured?: SecuredStart },
): Promise<RunningServer> {
  const { way } = source;
  if (source.kind === 'address') return { url: source.url, way, handle: undefined };
  const handle =
    source.kind === 'compose'
      ? await startComposeService(source, server)
      : await startProgram(server, source, options);
  return { url: handle.url, way, handle };
}
