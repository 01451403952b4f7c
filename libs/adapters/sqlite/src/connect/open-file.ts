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

// Waiting inside SQLite stops this process's event loop, so it is short; the longer wait is done outside.
const BUSY_MS = 20;

// After a checkpoint the log is cut to this: it takes part of a small disk for a while, and never for good.
const LOG_BYTES = 8 * 1024 * 1024;

// FULL: a change that was published and then lost with the power would have its number given to another one.
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
 * Opens the file, makes what is missing, and brings it to this version's schema.
 * @param tell is told what people should know of it
 * @throws {StoreRefusedError} where Node has no SQLite
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

/** A new file is its owner's alone; SQLite gives its log the same mode. One that is there keeps the mode that somebody gave it. */
export function makePrivate(path: string): void {
  if (path === ':memory:' || existsSync(path)) return;
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite says better what is in the way.
  }
}

/** @throws {UnavailableError} when it cannot be made; {StoreRefusedError} when it never can */
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
