import { nats, ravenDb } from '../fetch/pins.ts';
import { natsWays } from './find-nats.ts';
import { ravenDbWays } from './find-ravendb.ts';
import type { FindOptions } from './options.ts';
import { toFinding } from './options.ts';
import { NotObtainableError, search } from './search.ts';
import type { Source } from './source.ts';

/** A server that could not be had: `reason` lists each way that was tried. */
export interface MissingServer {
  readonly server: 'ravendb' | 'nats';
  readonly reason: string;
  readonly remedy: string;
  /** Reason and remedy in one line. */
  readonly brief: string;
}

/** What {@link findServers} found. A server that is missing is in `missing`, with the reason. */
export interface FoundServers {
  readonly ravendb?: Source;
  readonly nats?: Source;
  readonly missing: readonly MissingServer[];
}

/** Which servers are wanted. Both by default. */
export interface WantedServers {
  ravendb?: boolean;
  nats?: boolean;
}

/**
 * Finds the servers without starting them: an address in the environment (`RAVENDB_URLS`, `NATS_URL`), a server on
 * the machine (`SPARK_RAVENDB_DIR` with a fitting .NET; `nats-server` on PATH), one fetched into `.spark/servers`
 * (fetching it when `fetch` allows), docker compose. It does not throw for a server that it cannot get.
 */
export async function findServers(options: FindOptions & WantedServers = {}): Promise<FoundServers> {
  const finding = toFinding(options);
  const missing: MissingServer[] = [];
  const find = async (server: MissingServer['server'], wanted = true) => {
    if (!wanted) return undefined;
    const ways = server === 'ravendb' ? ravenDbWays(finding) : natsWays(finding);
    return search(`${server} server`, ways).catch((error: unknown) => {
      missing.push(missingServer(server, error));
      return undefined;
    });
  };
  // One after the other: their progress shares one output.
  const foundNats = await find('nats', options.nats);
  const foundRavenDb = await find('ravendb', options.ravendb);
  return {
    ...(foundRavenDb && { ravendb: foundRavenDb }),
    ...(foundNats && { nats: foundNats }),
    missing,
  };
}

export function missingServer(server: MissingServer['server'], error: unknown): MissingServer {
  if (!(error instanceof Error)) throw error;
  const { message: reason } = error;
  const address = server === 'ravendb' ? 'RAVENDB_URLS' : 'NATS_URL';
  if (!(error instanceof NotObtainableError)) {
    return { server, reason, remedy: 'see the reason', brief: reason.split('\n')[0] ?? reason };
  }
  const [only, ...others] = error.attempts;
  if (only && others.length === 0) {
    return { server, reason, remedy: only.remedy, brief: `${only.reason}. Remedy: ${only.remedy}` };
  }
  return {
    server,
    reason,
    remedy: `make one of these ways work, or set ${address}`,
    brief: `${error.brief}. To get one: ${shortest[server]}, or set ${address} to one that runs; \`npm run servers\` lists every way that was tried`,
  };
}

const shortest: Record<MissingServer['server'], string> = {
  ravendb: `install the ASP.NET Core runtime ${ravenDb.dotnet} (or set SPARK_DOTNET_ARCHIVE) and let RavenDB be fetched`,
  nats: `install nats-server ${nats.atLeast} or newer`,
};
