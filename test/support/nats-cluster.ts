import { startNatsCluster, type NatsCluster } from '@nestjs-spark/servers/internal';
import { eventually, TcpProxy, type Weather } from '@nestjs-spark/servers/testing';
import { onNats } from './on-nats.ts';

/** A JetStream of three servers with a proxy on every way: between each two of them, and from each user to each of them. */
export class ClusterUnderTest {
  readonly cluster: NatsCluster;
  private readonly routes: { from: number; to: number; proxy: TcpProxy }[];
  private readonly ways = new Map<string, TcpProxy[]>();

  private constructor(cluster: NatsCluster, routes: ClusterUnderTest['routes']) {
    this.cluster = cluster;
    this.routes = routes;
  }

  /** @param users who gets ways of their own: names of modules */
  static async start(users: readonly string[]): Promise<ClusterUnderTest> {
    const routes: ClusterUnderTest['routes'] = [];
    const cluster = await startNatsCluster({
      start: { temporary: true, log: () => undefined },
      route: async (from, to, port) => {
        const proxy = await TcpProxy.before(port);
        routes.push({ from, to, proxy });
        return proxy.port;
      },
    });
    const made = new ClusterUnderTest(cluster, routes);
    for (const user of users) {
      const ports = cluster.servers.map(({ url }) => Number(new URL(url).port));
      made.ways.set(user, await Promise.all(ports.map((port) => TcpProxy.before(port))));
    }
    await made.hasLeader();
    return made;
  }

  /** `NATS_URL` for one of the users. */
  urlFor(user: string): string {
    return this.waysOf(user)
      .map(({ port }) => `nats://127.0.0.1:${port}`)
      .join(',');
  }

  /** Which server the user is connected to. */
  serverOf(user: string): number {
    return this.waysOf(user).findIndex(({ clients }) => clients > 0);
  }

  /** From all users to all servers. */
  weather(weather: Weather): void {
    for (const ways of this.ways.values()) for (const proxy of ways) proxy.set(weather);
  }

  /** The server does not reach the others, and they not it; users reach all of them. */
  cutOff(server: number): void {
    for (const { from, to, proxy } of this.routes)
      if (from === server || to === server) proxy.set({ cut: true });
  }

  join(): void {
    for (const { proxy } of this.routes) proxy.set({});
  }

  /** As an operator would: the server keeps so many copies of every stream. */
  async replicate(replicas: number): Promise<void> {
    await onNats(this.cluster.url, (connection) =>
      connection.use(async ({ jsm }) => {
        for await (const { config } of jsm.streams.list())
          await jsm.streams.update(config.name, { num_replicas: replicas });
      }),
    );
    await this.caughtUp(replicas);
  }

  /** Every server has all that the others have. Only then may the next one go: a server without a stream's messages has no vote on it. */
  async caughtUp(replicas = this.cluster.servers.length): Promise<void> {
    await onNats(this.cluster.url, (connection) =>
      eventually(() =>
        connection.use(async ({ jsm }) => {
          for await (const { config, cluster } of jsm.streams.list()) {
            const copies = cluster?.replicas ?? [];
            const current = copies.filter((copy) => copy.current).length;
            if (cluster?.leader === undefined || current !== replicas - 1 || copies.length !== current)
              throw new Error(`${config.name} has ${current} of ${replicas - 1} further copies`);
          }
          return true;
        }),
      ),
    );
  }

  async stop(): Promise<void> {
    const proxies = [...this.routes.map(({ proxy }) => proxy), ...[...this.ways.values()].flat()];
    await this.cluster.stop();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }

  private async hasLeader(): Promise<void> {
    await onNats(this.cluster.url, (connection) => connection.use(({ jsm }) => jsm.getAccountInfo()));
  }

  private waysOf(user: string): TcpProxy[] {
    return this.ways.get(user) ?? [];
  }
}
