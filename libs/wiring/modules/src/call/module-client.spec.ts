import { describe, expect, it } from '@jest/globals';
import { MemoryRegistry } from '@nestjs-spark/testing';
import { ModuleClient } from './module-client.ts';

const call = { method: 'GET', path: '/spark/replication' } as const;

async function clientOf(appUrl: string, registry = new MemoryRegistry()): Promise<ModuleClient> {
  const databases = { databaseName: 'Orders', databaseUrls: [], registeredAtUtc: '' };
  await registry.register({ appName: 'Orders', appUrl, ...databases });
  return new ModuleClient({
    registry,
    identity: { sign: async () => 'token' },
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
});
