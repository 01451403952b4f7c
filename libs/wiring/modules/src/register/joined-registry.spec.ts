import { describe, expect, it } from '@jest/globals';
import { UnavailableError, type ModuleInformation } from '@nestjs-spark/contracts';
import { MemoryBoard, MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { AmbiguousModuleError, JoinedRegistry } from './joined-registry.ts';
import { Registration } from './registration.ts';

function entry(changes: Partial<ModuleInformation> = {}): ModuleInformation {
  return {
    appName: 'Fleet',
    appUrl: 'http://fleet',
    databaseName: 'SparkFleet',
    databaseUrls: [],
    registeredAtUtc: '2026-01-01T00:00:00.0000000Z',
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'one' },
    ...changes,
  };
}

const keyOf = () => ({ publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'one' } });
const otherKey = { kty: 'OKP', crv: 'Ed25519', x: 'two' };
const later = '2026-02-01T00:00:00.000Z';

function make() {
  const [ravendb, bus, log] = [new MemoryRegistry(), new MemoryRegistry(), new MemoryLogger()];
  return { ravendb, bus, log, joined: new JoinedRegistry(ravendb, bus, log) };
}

describe('two registries as one', () => {
  it('have a module in both once it registered', async () => {
    const { ravendb, bus, joined } = make();
    await joined.register(entry());
    expect(await ravendb.find('fleet')).toEqual(entry());
    expect(await bus.find('fleet')).toEqual(entry());
    expect(await joined.list()).toEqual([entry()]);
  });

  it('find a module that is in one of them only', async () => {
    const { ravendb, bus, joined } = make();
    await ravendb.register(entry({ appName: 'Depot' }));
    await bus.register(entry({ appName: 'HR' }));
    expect((await joined.find('depot'))?.appName).toBe('Depot');
    expect((await joined.find('hr'))?.appName).toBe('HR');
    expect(await joined.find('Nobody')).toBeNull();
    expect((await joined.list()).map(({ appName }) => appName)).toEqual(['Depot', 'HR']);
  });

  it('give the later address of a module that moved, and the first one’s when neither is later', async () => {
    const { ravendb, bus, joined } = make();
    await ravendb.register(entry({ appUrl: 'http://old' }));
    await bus.register(entry({ appUrl: 'http://new', registeredAtUtc: later }));
    expect((await joined.find('Fleet'))?.appUrl).toBe('http://new');
    expect((await joined.list()).map(({ appUrl }) => appUrl)).toEqual(['http://new']);
    await bus.register(entry({ appUrl: 'http://new', registeredAtUtc: '' }));
    expect((await joined.find('Fleet'))?.appUrl).toBe('http://old');
  });

  it.each([
    ['another key', otherKey],
    ['no key', undefined],
  ])('refuse a name that has %s in the second one, in words, however late it is', async (_, publicKey) => {
    const { ravendb, bus, joined } = make();
    await ravendb.register(entry());
    const { publicKey: _without, ...rest } = entry({ registeredAtUtc: later });
    await bus.register(publicKey ? { ...rest, publicKey } : rest);
    await expect(joined.find('fleet')).rejects.toThrow(AmbiguousModuleError);
    await expect(joined.find('fleet')).rejects.toThrow(/Fleet .*two different keys.*SPARK_MODULES.*rename/);
  });

  it('list the others when one is ambiguous, and say so once', async () => {
    const { ravendb, bus, joined, log } = make();
    await ravendb.register(entry());
    await ravendb.register(entry({ appName: 'HR' }));
    await bus.register(entry({ publicKey: otherKey }));
    for (const _ of [1, 2]) expect((await joined.list()).map(({ appName }) => appName)).toEqual(['HR']);
    expect(log.said('warn')).toHaveLength(1);
    await joined.register(entry());
    expect(await joined.list()).toHaveLength(2);
  });

  it('answer nothing while one of them is away: it may know better', async () => {
    const { ravendb, bus, joined } = make();
    await ravendb.register(entry());
    bus.away = true;
    await expect(joined.find('Fleet')).rejects.toThrow(UnavailableError);
    await expect(joined.list()).rejects.toThrow(UnavailableError);
  });

  it('are of one mind again once the module itself has registered', async () => {
    const { ravendb, bus, joined, log } = make();
    await ravendb.register(entry());
    await bus.register(entry({ publicKey: otherKey }));
    const { registeredAtUtc: _, publicKey: _key, ...described } = entry();
    await new Registration({
      registry: joined,
      board: new MemoryBoard(),
      log,
      describe: () => described,
      identity: { vouch: async (own) => ({ ...own, ...keyOf() }), hasSigned: async () => true },
    }).register();
    expect(await joined.find('Fleet')).toMatchObject({ publicKey: { x: 'one' } });
    expect(log.said('warn').join()).toContain('two different keys');
  });
});
