import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { describeWithServers, testServers, type NeededServer } from '@nestjs-spark/servers/testing';
import { chooseParts } from './choose-parts.ts';
import type { StoreParts } from './parts.ts';
import type { StoreSettings } from './read-settings.ts';

interface StoreUnderTest {
  name: string;
  needs: readonly NeededServer[];
  there(folder: string): StoreSettings;
  away(folder: string): StoreSettings;
}

const onRavendb = (url: string): StoreSettings => ({
  kind: 'ravendb',
  own: { urls: [url], database: 'none' },
  registry: { urls: [url], database: 'none' },
  createDatabase: false,
  refusesAdministrators: false,
});

const onSqlite = (path: string): StoreSettings => ({
  kind: 'sqlite',
  path,
  registry: null,
  createDatabase: true,
});

const STORES: StoreUnderTest[] = [
  {
    name: 'RavenDB',
    needs: ['ravendb'],
    there: () => onRavendb(testServers().ravendbUrl),
    away: () => onRavendb('http://127.0.0.1:9'),
  },
  {
    name: 'SQLite',
    needs: [],
    there: (folder) => onSqlite(join(folder, 'there.db')),
    away(folder) {
      writeFileSync(join(folder, 'file'), '');
      return onSqlite(join(folder, 'file', 'away.db'));
    },
  },
];

const silent = { debug() {}, log() {}, warn() {}, error() {} };

for (const store of STORES) {
  describeWithServers(store.needs, `The version of ${store.name}`, () => {
    let folder: string;
    beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spark-version-'))));
    afterAll(() => rmSync(folder, { recursive: true }));

    async function versionOf(settings: StoreSettings): Promise<string | null> {
      const parts: StoreParts = await chooseParts(settings, silent, new Breakers());
      return parts.info.version().finally(() => parts.close());
    }

    it('is told by the store itself', async () => {
      expect(await versionOf(store.there(folder))).toMatch(/^\d+\.\d+/);
    });

    it('is null while the store cannot be asked', async () => {
      expect(await versionOf(store.away(folder))).toBeNull();
    });
  });
}
