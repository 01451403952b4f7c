import { freePort } from './free-port.ts';
import type { ServerHandle } from './server-handle.ts';
import type { StartOptions } from './start-one.ts';
import { startNats } from './start-servers.ts';

/** Returns the port at which server `from` of a cluster reaches server `to`: `to`'s own route port, or a proxy in front of it. */
export type RouteTo = (from: number, to: number, port: number) => Promise<number>;

/** How a cluster is started. */
export interface ClusterOptions {
  /** How many servers. Default 3. */
  size?: number;
  /** The port on which server `from` reaches server `to`, whose own is `port`: a proxy's, for tests. Default `port`. */
  route?: RouteTo;
  /** As for a single server. */
  start?: StartOptions;
}

/** Several nats-servers that form one JetStream. */
export interface NatsCluster {
  /** In start order. */
  readonly servers: readonly ServerHandle[];
  /** All addresses, separated by commas, as in `NATS_URL`. */
  readonly url: string;
  /** Stops them all and removes temporary data. */
  stop(): Promise<void>;
}

/**
 * Starts a JetStream cluster on loopback, regardless of `NATS_URL`; every server knows all others. Resolves when each of them
 * runs; whether they have elected a leader shows in JetStream's responses. Throws as {@link startNats}.
 */
export async function startNatsCluster(options: ClusterOptions = {}): Promise<NatsCluster> {
  const { size = 3, route = async (_from, _to, port) => port, start = {} } = options;
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const servers = await Promise.all(
    ports.map(async (own, at) => {
      const others = ports.map((port, to) => (to === at ? null : route(at, to, port)));
      const routes = (await Promise.all(others)).filter((port) => port !== null);
      return startNats({ ...start, args: [...(start.args ?? []), ...clusterArguments(at, own, routes)] });
    }),
  );
  return {
    servers,
    url: servers.map(({ url }) => url).join(','),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}

function clusterArguments(at: number, port: number, routes: readonly number[]): string[] {
  return [
    `--server_name=n${at + 1}`,
    '--cluster_name=spark',
    `--cluster=nats://127.0.0.1:${port}`,
    // Advertise no other addresses: connections must go through a proxy, not around it.
    '--no_advertise',
    `--routes=${routes.map((to) => `nats://127.0.0.1:${to}`).join(',')}`,
  ];
}
