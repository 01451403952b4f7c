import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import {
  findServers,
  type RunningServer,
  type RunningServers,
  startServers,
  type StartServersOptions,
} from '@nestjs-spark/servers';
import { OWN_NATS, requireNats } from '../apps/require-nats.ts';
import { chooseStore } from './choose-store.ts';
import type { Narrator } from './narrate.ts';

/** What the apps run on. */
export interface Ground {
  natsUrl: string;
  /** The store's variables for an app (`fleet`, `hr`). */
  storeOf(app: string): Record<string, string>;
  /** Whether RavenDB may have to create the databases first. */
  mayCreate: boolean;
}

/** Tells how long the apps take to start. */
export function startingWords({ mayCreate }: Pick<Ground, 'mayCreate'>): string {
  return `starting; this takes a few seconds${mayCreate ? ', and up to half a minute if RavenDB has to create the databases' : ''}`;
}

/** Whether an earlier run has left databases in a server's data. */
export function hasDatabases(data: string): boolean {
  return existsSync(join(data, 'ravendb', 'data', 'Databases'));
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
  const mayCreate = pinned || !hasDatabases(data);
  const start = async (options: StartServersOptions): Promise<RunningServers> => {
    const servers = await startServers(options);
    started(servers);
    return servers;
  };

  narrator.say('Servers', 'looking for the servers; whatever is missing is downloaded once');
  const { NATS_URL: nats } = process.env;
  if (nats) await requireNats(nats, OWN_NATS);
  // Without NATS there is nothing to show, so the large RavenDB is not fetched.
  refuseMissing('nats-server', await findServers({ ravendb: false }));
  const found = ravendb === 'left out' ? undefined : await start({ dataDir: data, nats: false });
  if (ravendb === 'required') refuseMissing('RavenDB', found);
  const server = found?.ravendb;
  const bus = await start({ dataDir: server ? data : embedded.servers, ravendb: false });
  refuseMissing('nats-server', bus);
  if (server) narrator.say('Servers', line('RavenDB', server));
  if (bus.nats) narrator.say('Servers', line('NATS', bus.nats));
  const natsUrl = bus.nats?.url ?? '';
  if (server) {
    const store = { SPARK_STORE: 'ravendb', RAVENDB_URLS: server.url };
    return { natsUrl, storeOf: () => store, mayCreate };
  }

  const reason = found ? `RavenDB is not available: ${found.missing[0]?.brief}` : 'SPARK_STORE asks for it';
  narrator.say('Store', `SQLite, as ${reason}`);
  const storeOf = (app: string) => ({ SPARK_STORE: `sqlite:${embedded.fileOf(app)}` });
  return { natsUrl, storeOf, mayCreate: false };
}

function line(name: string, { url, way }: RunningServer): string {
  return `${name.padEnd(8)} ${url}   (${way})`;
}

function refuseMissing(what: string, servers?: Pick<RunningServers, 'missing'>): void {
  if (!servers || servers.missing.length === 0) return;
  throw new Error(`${what} is not available: ${servers.missing.map(({ brief }) => brief).join('; ')}`);
}
