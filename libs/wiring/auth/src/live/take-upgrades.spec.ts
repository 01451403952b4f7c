import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { takeUpgrades, type Upgrade } from './take-upgrades.ts';

const PATH = '/live';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(accept: Upgrade, choosy = true): Promise<Server> {
  const server = createServer((_, answer) => answer.end('answered'));
  servers.push(server);
  if (!choosy) Object.assign(server, { shouldUpgradeCallback: undefined });
  takeUpgrades(server, PATH, accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function ask(server: Server, path: string): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`);
  return socket;
}

const never: Upgrade = () => {
  throw new Error('it is not ours');
};

describe('A server with one path for upgrades', () => {
  it('answers requests elsewhere that offer another protocol', async () => {
    const server = await serve(never);
    expect(await text(ask(server, '/other'))).toMatch(/^HTTP\/1.1 200 OK[^]*answered/);
  });

  it('survives a connection that breaks while it is decided about', async () => {
    const accepted = Promise.withResolvers<Parameters<Upgrade>[1]>();
    const server = await serve((_, socket) => accepted.resolve(socket));
    const client = ask(server, PATH);
    const socket = await accepted.promise;
    expect(socket.listenerCount('error')).toBeGreaterThan(0);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.resetAndDestroy();
    socket.resume();
    await closed;
    expect(await text(ask(server, '/other'))).toContain('answered');
  });

  it('refuses and closes other upgrades where Node cannot leave them to HTTP', async () => {
    const server = await serve(never, false);
    // A Node that asks nobody upgrades whatever has a listener.
    Object.assign(server, { shouldUpgradeCallback: () => true });
    expect(await text(ask(server, '/other'))).toMatch(/^HTTP\/1.1 400 /);
  });

  it('leaves other upgrades to whoever else takes some', async () => {
    const server = await serve(never);
    server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Theirs\r\n\r\n'));
    expect(await text(ask(server, '/theirs'))).toContain('101 Theirs');
  });
});
