import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { freePort } from '@nestjs-spark/servers/internal';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually, TcpProxy, type Weather } from '@nestjs-spark/servers/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLogger } from '@nestjs-spark/testing';
import { leaseProbe } from '../lease/lease-probe.ts';
import { JetStreamConnection } from './connection.ts';

/** A shared machine is slower. */
const SLOWNESS = Number(process.env['SPARK_TEST_SLOWNESS'] ?? 3);
/** How soon work has to continue over the other server. */
const GOES_ON_MS = 30_000 * SLOWNESS;

/** Two addresses, of which one becomes unusable, or is unusable from the start. */
interface Pair {
  urls: [string, string];
  /** Makes the address in use unusable. @returns whether the other one is now in use. Absent: the first is unusable from the start. */
  strike?: () => Promise<() => boolean>;
  stop(): Promise<void>;
}

const SILENT = { temporary: true, log: () => undefined };

/** Two paths to one server, of which the one in use is disturbed. */
function way(what: string, weather: Weather): [string, (shared: ServerHandle) => Promise<Pair>] {
  return [
    what,
    async (shared) => {
      const port = Number(new URL(shared.url).port);
      const ways = await Promise.all([TcpProxy.before(port), TcpProxy.before(port)]);
      const [one, other] = ways;
      return {
        urls: [`nats://127.0.0.1:${one.port}`, `nats://127.0.0.1:${other.port}`],
        strike: async () => {
          const [used, left] = one.clients > 0 ? [one, other] : [other, one];
          used.set(weather);
          return () => left.clients > 0;
        },
        stop: async () => void (await Promise.all(ways.map((proxy) => proxy.close()))),
      };
    },
  ];
}

/** Two servers, of which the one in use fails. */
function server(
  what: string,
  happens: (nats: ServerHandle) => void | Promise<unknown>,
): [string, (shared: ServerHandle) => Promise<Pair>] {
  return [
    what,
    async () => {
      const servers = await Promise.all([startNats(SILENT), startNats(SILENT)]);
      const [one, other] = servers;
      const before = ({ url }: ServerHandle): Promise<TcpProxy> => TcpProxy.before(Number(new URL(url).port));
      const [toOne, toOther] = await Promise.all([before(one), before(other)]);
      return {
        urls: [`nats://127.0.0.1:${toOne.port}`, `nats://127.0.0.1:${toOther.port}`],
        strike: async () => {
          const isOne = toOne.clients > 0;
          await happens(isOne ? one : other);
          return () => (isOne ? toOther : toOne).clients > 0;
        },
        stop: async () =>
          void (await Promise.all([toOne.close(), toOther.close(), one.stop(), other.stop()])),
      };
    },
  ];
}

/** The first address was never usable. */
function useless(
  what: string,
  begin: () => Promise<{ port: number; stop(): Promise<unknown> }>,
): [string, (shared: ServerHandle) => Promise<Pair>] {
  return [
    what,
    async (shared) => {
      const { port, stop } = await begin();
      return { urls: [`nats://127.0.0.1:${port}`, shared.url], stop: async () => void (await stop()) };
    },
  ];
}

async function listening(greet: (socket: Socket) => void): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return {
    port: (made.address() as { port: number }).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      made.close();
    },
  };
}

async function configured(config: string): Promise<{ port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-another-'));
  const file = join(folder, 'nats.conf');
  await writeFile(file, config);
  const nats = await startNats({ ...SILENT, args: [`--config=${file}`] });
  return {
    port: Number(new URL(nats.url).port),
    stop: async () => {
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const OLD = 'INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true}\r\n';

const PAIRS = [
  way('silently drops everything', { silent: 'both' }),
  way('loses requests', { silent: 'up' }),
  way('loses answers', { silent: 'down' }),
  way('delays answers by a minute', { latencyMs: { down: 60_000 } }),
  way('delays both directions by 8 s', { latencyMs: { up: 8_000, down: 8_000 } }),
  way('passes 15 bytes per second', { bytesPerSecond: 15 }),
  way('refuses connections', { cut: true }),
  server('is frozen', (nats) => nats.sigstop()),
  server('is killed', (nats) => nats.kill9()),
  server(
    'announces its shutdown (lame duck), and shuts down',
    (nats) => void process.kill(nats.pid ?? 0, 'SIGUSR2'),
  ),
  useless('does not exist', async () => ({ port: await freePort(), stop: async () => undefined })),
  useless('accepts connections and never answers', () => listening(() => undefined)),
  useless('is another program', () => listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  useless('has known security flaws', () =>
    listening((socket) => {
      socket.write(OLD);
      socket.on('data', (data) => void (data.includes('PING') && socket.write('PONG\r\n')));
    }),
  ),
  useless('has no JetStream', () =>
    configured('accounts { A { jetstream: false, users: [{ user: u, password: p }] } }\nno_auth_user: u'),
  ),
  useless('knows other users', () => configured('authorization { users: [{ user: u, password: p }] }')),
];

describeWithOwnServers(['nats'], 'Of two servers in NATS_URL, the one in use', () => {
  const outcomes = new Map<string, Promise<string>>();
  const pairs: Pair[] = [];
  let shared: ServerHandle;

  // All at once: each only waits.
  beforeAll(async () => {
    shared = await startNats(SILENT);
    for (const [what, arrange] of PAIRS) {
      const outcome = play(arrange);
      outcome.catch(() => undefined);
      outcomes.set(what, outcome);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(outcomes.values());
    await Promise.all(pairs.map((pair) => pair.stop()));
    await shared?.stop();
  });

  async function play(arrange: (shared: ServerHandle) => Promise<Pair>): Promise<string> {
    const pair = await arrange(shared);
    pairs.push(pair);
    const connection = beginningWithTheFirst(pair.urls);
    connection.start();
    const works = async (): Promise<boolean> => {
      await connection.use(leaseProbe('spec'));
      // Right after the connection is made, JetStream has not been asked yet.
      return connection.health().detail.startsWith('JetStream answers');
    };
    try {
      if (pair.strike) await eventually(works);
      const hasMoved = await pair.strike?.();
      await eventually(async () => (hasMoved?.() ?? true) && (await works()), { timeoutMs: GOES_ON_MS });
      return connection.health().detail;
    } finally {
      await connection.close();
    }
  }

  it.each(PAIRS.map(([what]) => what))('%s: work continues over the other within 30 s', async (what) => {
    expect(await outcomes.get(what)).toMatch(/^JetStream answers/);
  });
});

/** Normally, applications begin with a random server, so that they do not all use the same one. */
function beginningWithTheFirst(urls: readonly string[]): JetStreamConnection {
  const random = jest.spyOn(Math, 'random').mockReturnValue(0);
  try {
    const parts = { name: 'spec', log: new MemoryLogger(), probe: leaseProbe('spec') };
    return new JetStreamConnection({ url: urls.join(','), ...parts });
  } finally {
    random.mockRestore();
  }
}
