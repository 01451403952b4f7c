import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { DiskFullError, freeBytes } from './disk-full-error.ts';
import { inTheWay } from './in-the-way.ts';

/** The SQLite primary result codes that are distinguished here. */
const CODE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  notADatabase: 26,
};

interface SqliteError extends Error {
  code: 'ERR_SQLITE_ERROR';
  errcode: number;
}

/** SQLite refused a statement: text that is not JSON, a constraint, a trigger of another program. */
export class SqliteRefusedError extends StoreRefusedError {
  constructor(path: string, cause: SqliteError) {
    super(`SQLite refused, in ${path}: ${cause.message}`, { cause });
    this.name = 'SqliteRefusedError';
  }
}

// By its code: an Error created by Node is not always an instance of the Error known here.
function isSqliteError(error: unknown): error is SqliteError {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

/** Another connection is writing. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && [CODE.busy, CODE.locked].includes(error.errcode & 0xff);
}

/** Why these values can never be written; null for any other error. */
export function reasonToRefuse(error: unknown): string | null {
  const codes = [CODE.tooBig, CODE.constraint, CODE.mismatch];
  return isSqliteError(error) && codes.includes(error.errcode & 0xff) ? error.message : null;
}

// Less than the files beside the database need to be opened.
const NEXT_TO_NOTHING = 128 * 1024;

/** Whether the disk is full; SQLite only says so when it was writing, not when it tried to create a file. */
export function isFull(path: string, error: unknown): boolean {
  if (!isSqliteError(error)) return false;
  const code = error.errcode & 0xff;
  if (code === CODE.full) return true;
  if (code !== CODE.io && code !== CODE.cantOpen) return false;
  const free = freeBytes(path);
  return free !== null && free < NEXT_TO_NOTHING;
}

/** An error of SQLite as one of the store's errors; every other error is returned unchanged. */
export function toStoreError(path: string, error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  const options = { cause: error, whateverIsSent: true };
  if (isFull(path, error)) return new DiskFullError(path, options);
  switch (error.errcode & 0xff) {
    case CODE.busy:
    case CODE.locked:
      return new UnavailableError(`Another process keeps ${path} locked`, options);
    case CODE.cantOpen:
    case CODE.io:
      return unopened(path, error);
    case CODE.readonly:
      return new StoreRefusedError(`${path} is read-only: grant this process write access`, options);
    case CODE.corrupt:
      return new StoreRefusedError(
        `${path} is damaged (${error.message}): replace it with a backup`,
        options,
      );
    case CODE.notADatabase:
      return new StoreRefusedError(
        `${path} is not an SQLite database: name another file, or move it away`,
        options,
      );
    default:
      return new SqliteRefusedError(path, error);
  }
}

/** Whether it may be opened later, or not until another file is named. */
function unopened(path: string, cause: SqliteError): Error {
  const options = { cause, whateverIsSent: true };
  const reason = inTheWay(path);
  return reason === null
    ? new UnavailableError(`The file ${path} cannot be opened or read: ${cause.message}`, options)
    : new StoreRefusedError(reason, options);
}
