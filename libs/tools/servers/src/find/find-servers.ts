import { nats, OLDEST_JAVA, postgres, ravenDb } from '../fetch/pins.ts';
import { kafkaWays } from './find-kafka.ts';
import { natsWays } from './find-nats.ts';
import { postgresWays } from './find-postgres.ts';
import { ravenDbWays } from './find-ravendb.ts';
import type { FindOptions, Finding } from './options.ts';
import { toFinding } from './options.ts';
import { NotObtainableError, search, type Way } from './search.ts';
import type { ServerName, Source } from './source.ts';

/** An unavailable server: `reason` lists every way that was tried. */
export interface MissingServer {
  readonly server: ServerName;
  readonly reason: string;
  /** Null where the reason says what to do. */
  readonly remedy: string | null;
  /** Reason and remedy in one line. */
  readonly brief: string;
}

/** The result of {@link findServers}. An unavailable server is in `missing`, with the reason. */
export interface FoundServers {
  readonly ravendb?: Source;
  readonly nats?: Source;
  readonly kafka?: Source;
  readonly postgres?: Source;
  readonly missing: readonly MissingServer[];
}

/** Which servers are wanted: RavenDB and NATS unless false, Kafka and PostgreSQL on request. */
export interface WantedServers {
  /** Default true. */
  ravendb?: boolean;
  /** Default true. */
  nats?: boolean;
  /** Default false. */
  kafka?: boolean;
  /** Default false. */
  postgres?: boolean;
}

const waysTo: Record<ServerName, (finding: Finding) => Way<Source>[]> = {
  nats: natsWays,
  ravendb: ravenDbWays,
  kafka: kafkaWays,
  postgres: postgresWays,
};

const SERVERS: readonly ServerName[] = ['nats', 'ravendb', 'kafka', 'postgres'];
const BY_DEFAULT: ReadonlySet<ServerName> = new Set(['nats', 'ravendb']);

/** The ways to a server, in the order in which they are tried; the first is an address in the environment. */
export function waysToServer(server: ServerName, finding: Finding): Way<Source>[] {
  return waysTo[server](finding);
}

/**
 * Finds the servers without starting them: an address in the environment (`RAVENDB_URLS`, `NATS_URL`, `KAFKA_BROKERS`,
 * `POSTGRES_URL`), a server on the machine (`SPARK_RAVENDB_DIR` with a suitable .NET; `nats-server` or PostgreSQL's programs on
 * PATH), one fetched into `.spark/servers` (fetching it if `fetch` allows), docker compose (RavenDB and NATS). Does not throw for
 * an unavailable server.
 */
export async function findServers(options: FindOptions & WantedServers = {}): Promise<FoundServers> {
  const finding = toFinding(options);
  const missing: MissingServer[] = [];
  const find = async (server: ServerName) =>
    search(`${server} server`, waysToServer(server, finding)).catch((error: unknown) => {
      missing.push(missingServer(server, error));
      return undefined;
    });
  const found: Partial<Record<ServerName, Source>> = {};
  // Sequentially: their progress shares one output.
  for (const server of SERVERS) {
    const source = (options[server] ?? BY_DEFAULT.has(server)) ? await find(server) : undefined;
    if (source) found[server] = source;
  }
  return { ...found, missing };
}

export function missingServer(server: ServerName, error: unknown): MissingServer {
  if (!(error instanceof Error)) throw error;
  const { message: reason } = error;
  const address = ADDRESSES[server];
  if (!(error instanceof NotObtainableError)) {
    return { server, reason, remedy: null, brief: reason.split('\n')[0] ?? reason };
  }
  const [only, ...others] = error.attempts;
  if (only && others.length === 0) {
    return { server, reason, remedy: only.remedy, brief: `${only.reason}. Remedy: ${only.remedy}` };
  }
  const remedies = error.wrong.map(({ remedy }) => remedy);
  const remedy = remedies.length > 0 ? [...new Set(remedies)].join(', or ') : shortest[server];
  return {
    server,
    reason,
    remedy: `make one of these ways work, or set ${address}`,
    brief: `${error.brief}. Remedy: ${remedy}, or set ${address} to the address of a running server`,
  };
}

/** The variables that name a running server. */
const ADDRESSES: Record<ServerName, string> = {
  ravendb: 'RAVENDB_URLS',
  nats: 'NATS_URL',
  kafka: 'KAFKA_BROKERS',
  postgres: 'POSTGRES_URL',
};

const shortest: Record<ServerName, string> = {
  ravendb: `install the ASP.NET Core runtime ${ravenDb.dotnet} (or set SPARK_DOTNET_ARCHIVE to an archive with it)`,
  nats: `install nats-server ${nats.atLeast} or newer`,
  kafka: `install a Java runtime ${OLDEST_JAVA} or newer and Maven`,
  postgres: `install PostgreSQL ${postgres.atLeast} or newer`,
};
