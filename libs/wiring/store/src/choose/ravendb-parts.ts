import type { Breakers } from '@nestjs-spark/foundation/internal';
import { withoutUserInfo } from '@nestjs-spark/contracts/internal';
import {
  ensureDatabase,
  ensureIndexes,
  RavenChangeSource,
  RavenChangeSink,
  RavenConnection,
  RavenDocumentWriter,
  RavenModuleRegistry,
  RavenRepository,
  RavenStateStore,
  readLicence,
  readVersion,
  requireRights,
} from '@nestjs-spark/ravendb/internal';
import type { StoreParts } from './parts.ts';
import { RememberedVersion } from './remembered-version.ts';
import type { RavenStoreSettings } from './read-settings.ts';

/** All parts on RavenDB. Contacts no server yet. */
export function ravendbParts(settings: RavenStoreSettings, breakers: Breakers): StoreParts {
  const { createDatabase, refusesAdministrators } = settings;
  const own = { ...settings.own, breakers };
  const registry = { ...settings.registry, breakers };
  const connection = new RavenConnection(own);
  const feed = new RavenChangeSource(own);
  const changes = new RavenChangeSource(own, { keepsDeletes: false });
  const target = new RavenChangeSink(own);
  const state = new RavenStateStore(own);
  const version = new RememberedVersion(() => readVersion(connection.http));
  const modules = new RavenModuleRegistry(registry, { create: createDatabase });
  const shared = own.urls.join() === registry.urls.join() ? [registry.database] : [];
  const wanted = { databases: [own.database, ...shared], refusesAdministrators };
  return {
    info: {
      kind: 'ravendb',
      databaseName: own.database,
      // Other modules read it in the registry.
      databaseUrls: own.urls.map(withoutUserInfo),
      licence: () => readLicence(connection.http),
      version: () => version.look(),
    },
    feed,
    changes,
    target,
    state,
    registry: modules,
    ravendb: connection,
    sqlite: null,
    repository: ({ collection, dictionaries }, prototype) =>
      new RavenRepository(connection, collection, prototype, dictionaries),
    writer: new RavenDocumentWriter(connection),
    backup: null,
    trouble: () => null,
    async prepare(indexes, signal) {
      if (own.certificate) await requireRights(connection.http, wanted, signal);
      await ensureDatabase(connection.http, own, { create: createDatabase, signal });
      await modules.prepare(signal);
      await ensureIndexes(connection.http, indexes, signal);
    },
    async close() {
      await Promise.all([feed, changes, target, state, modules, connection].map((part) => part.close()));
    },
  };
}
