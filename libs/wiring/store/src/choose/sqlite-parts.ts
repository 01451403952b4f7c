import { basename } from 'node:path';
import { RavenModuleRegistry } from '@nestjs-spark/ravendb/internal';
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

/** Everything in one SQLite file. Opens nothing yet. */
export function sqliteParts(
  { path, registry, createDatabase }: SqliteStoreSettings,
  log: Logger,
): StoreParts {
  const database = new SqliteDatabase({ path }, log);
  const feed = new SqliteChangeSource(database);
  const version = new RememberedVersion(() => readVersion(database));
  const trimmer = new EventTrimmer(database, log);
  const modules = registry && new RavenModuleRegistry(registry, { create: createDatabase });
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
