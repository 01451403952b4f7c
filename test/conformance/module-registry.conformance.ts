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
      const answers = [asked.prepare(), asked.find('Fleet'), asked.register(fleet), asked.list()];
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

    it('lists all modules', async () => {
      const { appUrl, databaseName, registeredAtUtc } = fleet;
      const hr = { appName: 'HR', appUrl, databaseName, databaseUrls: [], registeredAtUtc };
      await registry.register(hr);
      expect((await registry.list()).map(({ appName }) => appName).toSorted()).toEqual(['Fleet', 'HR']);
      expect(await registry.find('HR')).toEqual(hr);
    });
  });
}
