import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { finishBackup } from './finish-backup.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { makeFolder, makePrivate } from './open-file.ts';
import { toStoreError } from './sqlite-error.ts';

// In one step: between two, a write would make SQLite start over.
const ALL_PAGES = 2 ** 31 - 1;

const FILES = ['', '-wal', '-shm', '-journal'];

/**
 * Copies a database to a new file, which appears completely or not at all.
 * @throws {StoreRefusedError} when the file already exists
 * @throws {UnavailableError} when it cannot be written
 */
export async function writeBackup(db: DatabaseSync, source: string, path: string): Promise<void> {
  if (existsSync(path)) {
    throw new StoreRefusedError(
      `${path} already exists and is not overwritten: name another file for the backup`,
    );
  }
  makeFolder(path);
  const partial = `${path}.${randomUUID()}.partial`;
  makePrivate(partial);
  try {
    if (source === ':memory:') db.prepare('VACUUM INTO ?').run(partial);
    else await copy(source, partial);
    finishBackup(partial);
    rename(partial, path);
  } catch (error) {
    throw toStoreError(path, error);
  } finally {
    for (const file of FILES.map((end) => `${partial}${end}`)) if (existsSync(file)) rmSync(file);
  }
}

/** Over a separate connection, in another thread, so that reads and writes do not wait. */
async function copy(source: string, target: string): Promise<void> {
  const { backup, DatabaseSync } = nodeSqlite();
  const reader = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(reader, target, { rate: ALL_PAGES });
  } finally {
    reader.close();
  }
}

function rename(partial: string, path: string): void {
  try {
    renameSync(partial, path);
  } catch (cause) {
    throw new UnavailableError(`The file ${path} cannot be created`, { cause });
  }
}
