import { expect, it, jest } from '@jest/globals';
import type { ModuleInformation } from '@nestjs-spark/contracts/internal';
import { MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { KnownModules } from './known-modules.ts';

const informationOf = (appName: string): ModuleInformation => ({
  appName,
  appUrl: `http://${appName}`,
  databaseUrls: [],
  databaseName: '',
  registeredAtUtc: '2026-01-01T00:00:00.000Z',
});

it('A module that only one registry has stays known while that registry is away', async () => {
  const [store, bus] = [new MemoryRegistry(), new MemoryRegistry()];
  await store.register(informationOf('Fleet'));
  await bus.register(informationOf('HR'));
  const known = new KnownModules([store, bus], new MemoryLogger());
  const names = async (): Promise<string[]> => (await known.list()).map(({ appName }) => appName).toSorted();
  expect(await names()).toEqual(['Fleet', 'HR']);

  bus.away = true;
  await store.register(informationOf('Sales'));
  const clock = jest.spyOn(performance, 'now');
  try {
    clock.mockReturnValue(performance.now() + 60_000);
    await names();
    // What was found last is answered while the registries are read again.
    await new Promise(setImmediate);
    expect(await names()).toEqual(['Fleet', 'HR', 'Sales']);
  } finally {
    clock.mockRestore();
  }
});
