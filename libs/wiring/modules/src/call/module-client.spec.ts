import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryRegistry } from '@nestjs-spark/testing';
import { ModuleClient, type ModuleClientParts } from './module-client.ts';

const call = { method: 'GET', path: '/spark/replication' } as const;

async function clientOf(
  appUrl: string,
  registry = new MemoryRegistry(),
  provider?: ModuleClientParts['provider'],
): Promise<ModuleClient> {
  const databases = { databaseName: 'Orders', databaseUrls: [], registeredAtUtc: '' };
  await registry.register({ appName: 'Orders', appUrl, ...databases });
  return new ModuleClient({
    registry,
    identity: { sign: async () => 'token' },
    provider,
    keys: { doubt: async () => null },
  });
}

describe('a call to another module', () => {
  it('that is not registered says who is, and whose name was probably meant', async () => {
    const client = await clientOf('http://127.0.0.1:1');
    expect(await client.call({ ...call, module: 'Ordres' })).toEqual({
      kind: 'not-registered',
      known: ['Orders'],
      nearest: 'Orders',
    });
    expect(await client.call({ ...call, module: 'Stock' })).toEqual({
      kind: 'not-registered',
      known: ['Orders'],
    });
  });

  it('that registers while it is looked for is called, and never suggested in place of itself', async () => {
    class Late extends MemoryRegistry {
      override async find(): Promise<null> {
        return null;
      }
    }
    const client = await clientOf('http://127.0.0.1:1', new Late());
    expect(await client.call({ ...call, module: 'orders' })).toMatchObject({ kind: 'unreachable' });
  });

  it.each([
    ['', 'it runs without HTTP, so nobody can ask it'],
    ['ftp://orders', 'its registered AppUrl is not an http or https address without credentials'],
  ])('that is registered at %j says why it cannot be asked', async (appUrl, reason) => {
    const client = await clientOf(appUrl);
    expect(await client.call({ ...call, module: 'Orders' })).toEqual({ kind: 'unreachable', reason });
  });

  it('shows the token of an identity provider where there is one, and one of its own in the name of a user', async () => {
    const shown: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      shown.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const provider = { token: async () => 'of-the-provider', forget: () => true };
    const client = await clientOf(`http://127.0.0.1:${port}`, undefined, provider);
    await client.call({ ...call, module: 'Orders' });
    await client.call({ ...call, module: 'Orders', act: { sub: 'ann', role: 'viewer' } });
    expect(shown).toEqual(['Bearer of-the-provider', 'Bearer token']);
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['another one', true, 'second', 200, ['first', 'second']],
    ['none, because it has just issued this one', false, 'first', 401, ['first']],
    ['one that is refused, too', true, 'third', 401, ['first', 'third']],
  ])(
    'whose token of an identity provider is refused is made once more where the provider has %s',
    async (_, hasAnother, next, status, expected) => {
      const shown: string[] = [];
      const server = createServer((request, response) => {
        const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
        shown.push(token);
        response.writeHead(token === 'second' ? 200 : 401).end('{}');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      let current = 'first';
      const forget = () => {
        current = next;
        return hasAnother;
      };
      const { port } = server.address() as AddressInfo;
      const client = await clientOf(`http://127.0.0.1:${port}`, undefined, {
        token: async () => current,
        forget,
      });
      expect(await client.call({ ...call, module: 'Orders' })).toMatchObject({ kind: 'answered', status });
      expect(shown).toEqual(expected);
      server.closeAllConnections();
      server.close();
    },
  );

  it('that does not answer is not tried each time, and is called again when it is back', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const listen = (port: number) =>
      new Promise<number>((resolve) =>
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
      );
    const port = await listen(0);
    const client = await clientOf(`http://127.0.0.1:${port}`);
    const ask = () => client.call({ ...call, module: 'Orders' });
    expect(await ask()).toMatchObject({ kind: 'answered' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask()).toMatchObject({ reason: expect.stringMatching(/ECONNREFUSED/) });
    await eventually(async () =>
      expect(await ask()).toMatchObject({
        reason: expect.stringMatching(/module:Orders has not answered 5 times in a row/),
      }),
    );
    await listen(port);
    await eventually(async () => expect(await ask()).toMatchObject({ kind: 'answered' }));
    expect(asked).toBe(2);
    server.closeAllConnections();
    server.close();
  });
});
