import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '@nestjs-spark/contracts';
import { migrate } from './schema.ts';
import { addFunctions } from './sql-functions.ts';

// Waiting inside SQLite stops this process's event loop, so it is short; the longer wait is done outside.
const BUSY_MS = 20;

// FULL: a change that was published and then lost with the power would have its number given to another one.
const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_MS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32000;
  PRAGMA wal_autocheckpoint = 4000;
`;

/** Opens the file, makes what is missing, and brings it to this version's schema. */
export function openFile(path: string): DatabaseSync {
  makeFolder(path);
  const db = new DatabaseSync(path);
  try {
    db.exec(PRAGMAS);
    addFunctions(db);
    db.exec('BEGIN IMMEDIATE');
    migrate(db, path);
    db.exec('COMMIT');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws {UnavailableError} when it cannot be made */
export function makeFolder(path: string): void {
  const folder = dirname(path);
  if (path === ':memory:' || existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new UnavailableError(`The folder ${folder}, which cannot be made,`, { cause });
  }
}
