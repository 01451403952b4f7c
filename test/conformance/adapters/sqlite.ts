import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  SqliteChangeSource,
  SqliteChangeSink,
  SqliteDatabase,
  SqliteDocumentWriter,
  SqliteRepository,
  SqliteStateStore,
} from '@nestjs-spark/sqlite/internal';
import { SqliteShell } from './sqlite-shell.ts';
import type { OpenStore, StoreUnderTest } from './store-under-test.ts';

/** A database that nothing refers to is closed by the garbage collector, and its lock goes with it. */
const HOLDERS = new Set<DatabaseSync>();

export const sqlite: StoreUnderTest = {
  name: 'SQLite',
  needs: [],
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const path = join(folder, 'deeper', 'store.db');
    const database = new SqliteDatabase({ path, keepEvents: 0 });
    await database.write(() => undefined);
    return openStore(database, folder, new SqliteShell(path, database));
  },
  async unreachable() {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const path = join(folder, 'store.db');
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN EXCLUSIVE');
    HOLDERS.add(holder);
    const held = openStore(new SqliteDatabase({ path, busyTimeoutMs: 1 }), folder, null);
    const release = (): void => {
      holder.close();
      HOLDERS.delete(holder);
    };
    return { ...held, drop: () => held.drop().finally(release) };
  },
};

function openStore(database: SqliteDatabase, folder: string, shell: SqliteShell | null): OpenStore {
  const feeds: SqliteChangeSource[] = [];
  const past = (): SqliteShell => {
    if (!shell) throw new Error('nobody answers for this store');
    return shell;
  };
  return {
    feed() {
      const feed = new SqliteChangeSource(database);
      feeds.push(feed);
      return feed;
    },
    target: () => new SqliteChangeSink(database),
    state: () => new SqliteStateStore(database),
    repository: (collection, prototype, dictionaries = []) =>
      new SqliteRepository(database, { collection, dictionaries }, prototype),
    writer: () => new SqliteDocumentWriter(database),
    put: (id, collection, json, metadata = {}) => past().put(id, collection, json, metadata),
    putText: (id, collection, fields, metadata) =>
      past().putText(id, collection, fields, metadata === '{}' ? null : metadata),
    parts: async (id) => past().parts(id),
    delete: async (id) => past().delete(id),
    stubborn: async (id) => {
      const yields = past().keep(id);
      return { target: new SqliteChangeSink(database), yields: async () => yields() };
    },
    text: async (id) => past().text(id),
    ids: async (prefix) => past().ids(prefix),
    // What nothing holds back has gone by itself.
    cleanTombstones: async () => undefined,
    async drop() {
      await Promise.all(feeds.map((feed) => feed.close()));
      shell?.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
