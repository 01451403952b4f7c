import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  describeWithServers,
  eventually,
  TcpProxy,
  testServers,
  type Weather,
} from '@nestjs-spark/servers/testing';
import type { Member } from '../support/member.ts';
import { RAVENDB, SQLITE, type Pair } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

/** From SIGTERM on; as long as orchestrators wait before they kill at the latest. */
const ENDS_MS = 10_000;

type Server = 'ravendb' | 'registry' | 'nats';

interface Silence {
  name: string;
  /** The servers that stop answering. */
  of: Server[];
  /** When they stop answering: from the start, or once the application is ready. */
  from: 'the start' | 'ready';
  /** Default: they accept connections, but nothing gets through. */
  weather?: Weather;
}

const LATE: Weather = { latencyMs: { down: 60_000 } };
const LOST: Weather = { silent: 'down' };

const ON_RAVENDB: readonly Silence[] = [
  { name: 'RavenDB from the start', of: ['ravendb'], from: 'the start' },
  { name: 'RavenDB, later', of: ['ravendb'], from: 'ready' },
  {
    name: 'RavenDB from the start, whose answers get lost',
    of: ['ravendb'],
    from: 'the start',
    weather: LOST,
  },
  { name: 'RavenDB from the start, a minute late', of: ['ravendb'], from: 'the start', weather: LATE },
  {
    name: 'RavenDB from the start, at 20 bytes per second',
    of: ['ravendb'],
    from: 'the start',
    weather: { bytesPerSecond: 20 },
  },
  { name: 'RavenDB and NATS from the start', of: ['ravendb', 'nats'], from: 'the start' },
  { name: 'RavenDB and NATS, later', of: ['ravendb', 'nats'], from: 'ready' },
];
const ON_SQLITE: readonly Silence[] = [
  { name: 'the registry from the start', of: ['registry'], from: 'the start' },
  { name: 'the registry, later', of: ['registry'], from: 'ready' },
  { name: 'the registry and NATS from the start', of: ['registry', 'nats'], from: 'the start' },
  { name: 'NATS from the start', of: ['nats'], from: 'the start' },
  { name: 'NATS, later', of: ['nats'], from: 'ready' },
  { name: 'NATS from the start, whose answers get lost', of: ['nats'], from: 'the start', weather: LOST },
  { name: 'NATS, later, a minute late', of: ['nats'], from: 'ready', weather: LATE },
];

/** A module, and a proxy in front of each server that it needs. */
class Silenced {
  readonly fleet: Member;
  readonly #world: World;
  readonly #proxies: Record<Server, TcpProxy>;
  readonly #hasRegistry: boolean;

  private constructor(world: World, fleet: Member, proxies: Record<Server, TcpProxy>, hasRegistry: boolean) {
    this.#world = world;
    this.fleet = fleet;
    this.#proxies = proxies;
    this.#hasRegistry = hasRegistry;
  }

  static async create(pair: Pair): Promise<Silenced> {
    const world = await World.create('silent', pair);
    const fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['HR'] }] });
    const before = (url: string): Promise<TcpProxy> => TcpProxy.before(Number(new URL(url).port));
    const [ravendb, registry, nats] = await Promise.all([
      before(testServers().ravendbUrl),
      before(testServers().ravendbUrl),
      before(world.natsUrl),
    ]);
    return new Silenced(world, fleet, { ravendb, registry, nats }, pair.owner === 'sqlite');
  }

  /** Sends SIGTERM while the servers are silent. Resolves when the application has ended. */
  async play({ of, from, weather = { silent: 'both' } }: Silence): Promise<void> {
    const { fleet } = this;
    const strike = (): void => of.forEach((server) => this.#proxies[server].set(weather));
    const { ravendb, registry, nats } = this.#proxies;
    const isNeeded = of.includes('registry');
    if (from === 'the start') strike();
    fleet.start({
      NATS_URL: `nats://127.0.0.1:${nats.port}`,
      ...(this.#hasRegistry
        ? isNeeded && { SPARK_MODULES_URLS: `http://127.0.0.1:${registry.port}` }
        : {
            RAVENDB_URLS: `http://127.0.0.1:${ravendb.port}`,
            SPARK_MODULES_URLS: `http://127.0.0.1:${ravendb.port}`,
          }),
    });
    await (from === 'ready' ? fleet.ready() : fleet.live());
    strike();
    await this.terminate();
  }

  async terminate(): Promise<void> {
    const { fleet } = this;
    fleet.process.signal('SIGTERM');
    await eventually(() => !fleet.process.running, { timeoutMs: ENDS_MS });
    expect(fleet.process.ended).not.toBe('SIGKILL');
    expect(fleet.process.logTail()).not.toMatch(/ERROR/);
  }

  async calm(): Promise<void> {
    for (const proxy of Object.values(this.#proxies)) proxy.set({});
    await this.fleet.process.kill9();
  }

  async end(): Promise<void> {
    await this.#world.end();
    await Promise.all(Object.values(this.#proxies).map((proxy) => proxy.close()));
  }
}

describeWithServers(['ravendb', 'nats'], 'A server accepts and never answers', () => {
  const silenced = new Map<Pair, Promise<Silenced>>();
  const on = async (pair: Pair): Promise<Silenced> => {
    const made = silenced.get(pair) ?? Silenced.create(pair);
    silenced.set(pair, made);
    await (await made).calm();
    return made;
  };

  afterAll(async () => {
    for (const one of silenced.values()) await (await one).end();
  });

  const all = [
    ...ON_RAVENDB.map((silence) => [silence.name, RAVENDB, silence] as const),
    ...ON_SQLITE.map((silence) => [silence.name, SQLITE, silence] as const),
  ];
  it.each(all)('%s: SIGTERM still ends the application, within 10 s', async (_name, pair, silence) => {
    await (await on(pair)).play(silence);
  });

  describe('or another program holds the file', () => {
    it.each(['the start', 'ready'] as const)('from %s: SIGTERM still ends the application', async (from) => {
      const one = await on(SQLITE);
      const [, path = ''] = one.fleet.database.environment['SPARK_STORE']?.split('sqlite:') ?? [];
      const held = new DatabaseSync(path);
      try {
        const hold = (): void => held.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE');
        if (from === 'the start') hold();
        one.fleet.start();
        await (from === 'ready' ? one.fleet.ready() : one.fleet.live());
        if (from === 'ready') hold();
        await one.terminate();
      } finally {
        held.close();
      }
    });
  });
});
