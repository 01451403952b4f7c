import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteDatabase } from '../connect/sqlite-database.ts';
import { SqliteChangeSource } from './sqlite-change-source.ts';

let folder: string;
let path: string;
let database: SqliteDatabase;
let source: SqliteChangeSource;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  path = join(folder, 'data.db');
  database = new SqliteDatabase({ path });
  source = new SqliteChangeSource(database, { pollMs: 5 });
  await database.write((open) => open.db.exec('UPDATE spark_database SET last_etag = 10'));
});

afterEach(async () => {
  await source.close();
  await database.close();
  await rm(folder, { recursive: true });
});

it('a reader at the end is woken when an older state of the file is written back into it', async () => {
  const stop = new AbortController();
  let isWoken = false;
  const waiting = source.wait(10, stop.signal).then(() => (isWoken = !stop.signal.aborted));
  await database.read(() => undefined);
  expect(isWoken).toBe(false);
  // As `.restore` of SQLite's shell does: another connection overwrites the pages.
  const other = new DatabaseSync(path);
  other.exec('UPDATE spark_database SET last_etag = 4');
  other.close();
  try {
    await eventually(() => isWoken);
  } finally {
    stop.abort();
    await waiting;
  }
});
