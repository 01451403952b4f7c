import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import {
  findServers,
  type RunningServer,
  type RunningServers,
  startServers,
  type StartServersOptions,
} from '@nestjs-spark/servers';
import { chooseStore } from './choose-store.ts';
import type { Narrator } from './narrate.ts';

/** What the apps run on. */
export interface Ground {
  natsUrl: string;
  /** The store's variables for an app (`fleet`, `hr`). */
  storeOf(app: string): Record<string, string>;
}

/** Tells how long the apps take to start. */
export function startingWords({ storeOf }: Pick<Ground, 'storeOf'>): string {
  const isRavenDb = storeOf('fleet')['SPARK_STORE'] === 'ravendb';
  return `starting; this takes a few seconds${isRavenDb ? ', and up to half a minute while RavenDB creates the databases' : ''}`;
}

/**
 * Starts the servers that the apps need and reports them. If RavenDB cannot be obtained, the embedded store replaces it, unless
 * `SPARK_STORE` or `RAVENDB_URLS` request RavenDB.
 * @param started receives each server as soon as it runs, so that it can be stopped even if a later one fails
 */
export async function startGround(
  narrator: Narrator,
  started: (servers: RunningServers) => void,
): Promise<Ground> {
  const home = dataDir(process.env);
  const data = join(home, 'data', 'demo');
  const pinned = Boolean(process.env['RAVENDB_URLS']);
  const { ravendb, embedded } = chooseStore(process.env['SPARK_STORE'] ?? '', home, pinned);
  const start = async (options: StartServersOptions): Promise<RunningServers> => {
    const servers = await startServers(options);
    started(servers);
    return servers;
  };

  narrator.say('Servers', 'looking for the servers; whatever is missing is downloaded once');
  // Without NATS there is nothing to show, so the large RavenDB is not fetched.
  refuseMissing('nats-server', await findServers({ ravendb: false }));
  const store = ravendb === 'left out' ? undefined : await start({ dataDir: data, nats: false });
  if (ravendb === 'required') refuseMissing('RavenDB', store);
  const server = store?.ravendb;
  const bus = await start({ dataDir: server ? data : embedded.servers, ravendb: false });
  refuseMissing('nats-server', bus);
  if (server) narrator.say('Servers', line('RavenDB', server));
  if (bus.nats) narrator.say('Servers', line('NATS', bus.nats));
  const natsUrl = bus.nats?.url ?? '';
  if (server) return { natsUrl, storeOf: () => ({ SPARK_STORE: 'ravendb', RAVENDB_URLS: server.url }) };

  const reason = store ? `RavenDB is not available: ${store.missing[0]?.brief}` : 'SPARK_STORE asks for it';
  narrator.say('Store', `SQLite, as ${reason}`);
  return { natsUrl, storeOf: (app) => ({ SPARK_STORE: `sqlite:${embedded.fileOf(app)}` }) };
}

function line(name: string, { url, way }: RunningServer): string {
  return `${name.padEnd(8)} ${url}   (${way})`;
}

function refuseMissing(what: string, servers?: Pick<RunningServers, 'missing'>): void {
  if (!servers || servers.missing.length === 0) return;
  throw new Error(`${what} is not available: ${servers.missing.map(({ brief }) => brief).join('; ')}`);
}
