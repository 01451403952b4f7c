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
 * (fetching it when `fetch` allows), docker compose. It does not throw for a server that is not to be had.
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
  const nats = await find('nats', options.nats);
  const ravendb = await find('ravendb', options.ravendb);
  return { ...(ravendb && { ravendb }), ...(nats && { nats }), missing };
}

export function missingServer(server: MissingServer['server'], error: unknown): MissingServer {
  if (!(error instanceof Error)) throw error;
  const remedy =
    error instanceof NotObtainableError
      ? `make one of these ways work, or set ${server === 'ravendb' ? 'RAVENDB_URLS' : 'NATS_URL'}`
      : 'see the reason';
  return { server, reason: error.message, remedy };
}
