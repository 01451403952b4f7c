import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { migrate } from '../schema/migrate.ts';
import { LET_TABLES_CHANGE, TABLES_STAY } from '../schema/rebuild-table.ts';
import { inTheWay } from './in-the-way.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { addFunctions } from './sql-functions.ts';
import { makeFolders } from './unusable-folder.ts';

// Waiting inside SQLite blocks this process's event loop, so it is short; the longer wait happens outside.
const BUSY_MS = 20;

// After a checkpoint the log is truncated to this size: it temporarily takes part of a small disk, but never permanently.
const LOG_BYTES = 8 * 1024 * 1024;

// FULL: if a published change were lost in a power failure, its number would be reused for another change.
const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_MS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32000;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = ${LOG_BYTES};
`;

/**
 * Opens the file, creates what is missing, and migrates it to this version's schema.
 * @param tell called with anything that operators should know about it
 * @throws {StoreRefusedError} when Node has no SQLite
 */
export function openFile(path: string, tell: (what: string) => void): DatabaseSync {
  const { DatabaseSync } = nodeSqlite();
  makeFolder(path);
  makePrivate(path);
  const db = new DatabaseSync(path);
  try {
    db.exec(PRAGMAS + LET_TABLES_CHANGE);
    addFunctions(db);
    db.exec('BEGIN IMMEDIATE');
    const told = migrate(db, path);
    db.exec('COMMIT');
    db.exec(TABLES_STAY);
    told.forEach(tell);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A new file is private to its owner; SQLite gives its log the same mode. An existing file keeps its mode. */
export function makePrivate(path: string): void {
  if (path === ':memory:' || existsSync(path)) return;
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite reports the obstacle better.
  }
}

/** @throws {UnavailableError} when it cannot be created; {StoreRefusedError} when it never can */
export function makeFolder(path: string): void {
  const folder = dirname(path);
  if (path === ':memory:' || existsSync(folder)) return;
  try {
    makeFolders(folder);
  } catch (cause) {
    const reason = inTheWay(path);
    if (reason !== null) throw new StoreRefusedError(reason, { cause });
    throw new UnavailableError(`The folder ${folder} cannot be created`, { cause });
  }
}
