import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError, type ModuleInformation } from '@nestjs-spark/contracts';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import type { OpenRegistry, RegistryUnderTest } from './adapters/registry-under-test.ts';

const fleet: ModuleInformation = {
  appName: 'Fleet',
  appUrl: 'http://127.0.0.1:5001',
  databaseName: 'SparkFleet',
  databaseUrls: ['http://127.0.0.1:8080'],
  registeredAtUtc: '2026-01-01T00:00:00.0000000Z',
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'abc' },
  version: '1.2.3',
};

export function moduleRegistryConformance(adapter: RegistryUnderTest): void {
  describe(`ModuleRegistry of ${adapter.name}`, () => {
    let open: OpenRegistry;
    let registry: ModuleRegistry;

    beforeAll(async () => {
      open = await adapter.open();
      registry = open.registry();
      await registry.prepare();
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      const asked = away.registry();
      const answers = [
        asked.prepare(),
        asked.find('Fleet'),
        asked.register(fleet),
        asked.keep(fleet),
        asked.list(),
      ];
      await Promise.all(answers.map((answer) => expect(answer).rejects.toThrow(UnavailableError)));
      await away.drop();
    });

    it('can be prepared as often as one likes, by several at once', async () => {
      await Promise.all([registry.prepare(), open.registry().prepare()]);
    });

    it('finds a module as it registered, whatever the case of its name', async () => {
      expect(await registry.find('Fleet')).toBeNull();
      await registry.register(fleet);
      expect(await registry.find('Fleet')).toEqual(fleet);
      expect(await registry.find('fLEET')).toEqual(fleet);
    });

    it('has one entry for a module, whatever the case it registers in', async () => {
      await Promise.all([registry.register(fleet), registry.register({ ...fleet, appName: 'FLEET' })]);
      expect(await registry.list()).toHaveLength(1);
    });

    it('takes a new registration over the old one', async () => {
      await registry.register({ ...fleet, appUrl: 'http://127.0.0.1:6001' });
      expect((await registry.find('Fleet'))?.appUrl).toBe('http://127.0.0.1:6001');
      expect((await open.registry().find('Fleet'))?.appUrl).toBe('http://127.0.0.1:6001');
    });

    it('writes an entry again that is gone, or that an older one of the same module took the place of', async () => {
      const depot = { ...fleet, appName: 'Depot' };
      expect(await registry.keep(depot)).toBe(true);
      expect(await registry.keep(depot)).toBe(false);
      expect(await registry.find('Depot')).toEqual(depot);
      await registry.register({ ...depot, appUrl: 'http://old', registeredAtUtc: '2025-01-01T00:00:00Z' });
      expect(await registry.keep(depot)).toBe(true);
      expect(await registry.find('Depot')).toEqual(depot);
    });

    it('leaves the entry of a later instance, and that of another module under the same name', async () => {
      const depot = { ...fleet, appName: 'Depot' };
      const later = { ...depot, appUrl: 'http://later', registeredAtUtc: '2026-02-01T00:00:00Z' };
      await registry.register(later);
      expect(await registry.keep(depot)).toBe(false);
      expect(await registry.find('Depot')).toEqual(later);
      const others = { ...depot, registeredAtUtc: '', publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'other' } };
      await registry.register(others);
      expect(await registry.keep(depot)).toBe(false);
      expect(await registry.find('Depot')).toEqual(others);
    });

    it('writes an entry that is gone once, when all instances of a module do so at once', async () => {
      const yard = { ...fleet, appName: 'Yard' };
      const written = await Promise.all(Array.from({ length: 5 }, () => open.registry().keep(yard)));
      expect(written.filter((one) => one)).toHaveLength(1);
      expect(await registry.find('Yard')).toEqual(yard);
    });

    it('lists all modules', async () => {
      const { appUrl, databaseName, registeredAtUtc } = fleet;
      const hr = { appName: 'HR', appUrl, databaseName, databaseUrls: [], registeredAtUtc };
      await registry.register(hr);
      const names = (await registry.list()).map(({ appName }) => appName);
      expect(names.toSorted()).toEqual(['Depot', 'Fleet', 'HR', 'Yard']);
      expect(await registry.find('HR')).toEqual(hr);
    });
  });
}
