import { startServers } from '@nestjs-spark/servers';
import { OWN_BUILD } from '../support/app.ts';
import { BenchDatabase } from '../support/raven.ts';
import type { SparkWorld } from './spark.ts';

/** Starts separate servers, and the apps of this build on them. Exits the process if a server is missing. */
export async function startSparkWorld(): Promise<{ world: SparkWorld; stop: () => Promise<void> }> {
  const servers = await startServers({ temporary: true, log: (line: string) => console.error(line) });
  const ravendb = servers.ravendb?.url;
  const nats = servers.nats?.url;
  if (!ravendb || !nats) {
    const missing = servers.missing.map(({ server, reason, remedy }) => `${server}: ${reason} ${remedy}`);
    console.error(missing.join('\n'));
    process.exit(1);
  }
  const world: SparkWorld = {
    ravendb,
    nats,
    pids: { ravendb: servers.ravendb?.handle?.pid, nats: servers.nats?.handle?.pid },
    fleet: new BenchDatabase(ravendb, 'BenchFleet'),
    hr: new BenchDatabase(ravendb, 'BenchHR'),
    modules: 'BenchModules',
    build: OWN_BUILD,
  };
  return { world, stop: () => servers.stop() };
}
