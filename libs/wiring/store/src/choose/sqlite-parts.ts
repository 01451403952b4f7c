import { basename } from 'node:path';
import type { RavenModuleRegistry } from '@nestjs-spark/ravendb/internal';
import {
  declareTables,
  EventTrimmer,
  readVersion,
  SqliteChangeSource,
  SqliteChangeSink,
  SqliteDatabase,
  SqliteDocumentWriter,
  SqliteRepository,
  SqliteStateStore,
} from '@nestjs-spark/sqlite/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { EntityDeclaration } from '../entities/entity.ts';
import type { StoreParts } from './parts.ts';
import { RememberedVersion } from './remembered-version.ts';
import type { SqliteStoreSettings } from './read-settings.ts';

/** All parts in one SQLite file. Opens nothing yet. */
export async function sqliteParts(settings: SqliteStoreSettings, log: Logger): Promise<StoreParts> {
  const { path } = settings;
  const database = new SqliteDatabase({ path }, log);
  const feed = new SqliteChangeSource(database);
  const version = new RememberedVersion(() => readVersion(database));
  const trimmer = new EventTrimmer(database, log);
  const modules = await registryOf(settings);
  const entities: EntityDeclaration[] = [];
  return {
    info: {
      kind: 'sqlite',
      databaseName: basename(path),
      databaseUrls: [],
      licence: async () => ({ type: 'None', hasRavenEtl: false }),
      version: () => version.look(),
    },
    feed,
    changes: feed,
    target: new SqliteChangeSink(database),
    state: new SqliteStateStore(database),
    registry: modules,
    ravendb: null,
    sqlite: database,
    repository(entity, prototype) {
      entities.push(entity);
      return new SqliteRepository(database, entity, prototype);
    },
    writer: new SqliteDocumentWriter(database),
    backup: (to) => database.backup(to),
    trouble: () => database.trouble,
    async prepare(_indexes, signal) {
      await declareTables(database, entities);
      await modules?.prepare(signal);
    },
    async close() {
      await Promise.all([feed.close(), trimmer.close(), modules?.close()]);
      await database.close();
    },
  };
}

/** A registry in RavenDB, if configured: only then is its client loaded. */
async function registryOf({
  registry,
  createDatabase,
}: SqliteStoreSettings): Promise<RavenModuleRegistry | null> {
  if (!registry) return null;
  const ravendb = await import('@nestjs-spark/ravendb/internal');
  return new ravendb.RavenModuleRegistry(registry, { create: createDatabase });
}
