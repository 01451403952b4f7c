import { afterAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, TcpProxy, testServers } from '@nestjs-spark/servers/testing';
import type { Member } from '../support/member.ts';
import { RAVENDB, SQLITE, type Pair } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

/** From SIGTERM on; as long as orchestrators wait before they kill at the latest. */
const ENDS_MS = 10_000;

interface Silence {
  name: string;
  pair: Pair;
  /** The port of the server that is to fall silent. */
  target: (world: World) => string;
  /** The variable that leads to it. */
  environment: (url: string) => Record<string, string>;
  /** It answers until the application is live, or ready. */
  from: 'the start' | 'ready';
}

const ravendb = (url: string) => ({ RAVENDB_URLS: url, SPARK_MODULES_URLS: url });
const SILENCES: readonly Silence[] = [
  {
    name: 'RavenDB from the start',
    pair: RAVENDB,
    target: () => testServers().ravendbUrl,
    environment: ravendb,
    from: 'the start',
  },
  {
    name: 'RavenDB, later',
    pair: RAVENDB,
    target: () => testServers().ravendbUrl,
    environment: ravendb,
    from: 'ready',
  },
  {
    name: 'the registry from the start',
    pair: SQLITE,
    target: () => testServers().ravendbUrl,
    environment: (url) => ({ SPARK_MODULES_URLS: url }),
    from: 'the start',
  },
  {
    name: 'NATS from the start',
    pair: SQLITE,
    target: ({ natsUrl }) => natsUrl,
    environment: nats,
    from: 'the start',
  },
  { name: 'NATS, later', pair: SQLITE, target: ({ natsUrl }) => natsUrl, environment: nats, from: 'ready' },
];

function nats(url: string): Record<string, string> {
  return { NATS_URL: url.replace('http:', 'nats:') };
}

describeWithServers(['ravendb', 'nats'], 'A server accepts and never answers', () => {
  const worlds: World[] = [];
  const proxies: TcpProxy[] = [];

  afterAll(async () => {
    await Promise.all(worlds.map((world) => world.end()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  async function play({ name, pair, target, environment, from }: Silence): Promise<Member> {
    const world = await World.create(`silent-${name.replaceAll(/\W+/g, '-')}`, pair);
    worlds.push(world);
    const proxy = await TcpProxy.before(Number(new URL(target(world)).port));
    proxies.push(proxy);
    const fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['HR'] }] });
    if (from === 'the start') proxy.set({ silent: 'both' });
    fleet.start(environment(`http://127.0.0.1:${proxy.port}`));
    await (from === 'ready' ? fleet.ready() : fleet.live());
    proxy.set({ silent: 'both' });
    fleet.process.signal('SIGTERM');
    await eventually(() => !fleet.process.running, { timeoutMs: ENDS_MS });
    return fleet;
  }

  it.each(SILENCES.map((silence) => [silence.name, silence] as const))(
    '%s: SIGTERM ends the application all the same, within 10 s',
    async (_name, silence) => {
      const fleet = await play(silence);
      expect(fleet.process.ended).not.toBe('SIGKILL');
      expect(fleet.process.logTail()).not.toMatch(/ERROR/);
    },
  );
});
