import type { Etag } from './change-set.ts';

/** Where a write is in the order of one database's changes. Etags of two databases cannot be compared. */
export interface Change {
  databaseId: string;
  etag: Etag;
}

/**
 * Key of the change that produced a stored document's current version. A symbol, so that it is not among the fields that an API
 * returns.
 */
export const CHANGE: unique symbol = Symbol('change');

/** The header of an owner's answer that names the change of a write, for those who wait for its copy. */
export const CHANGE_HEADER = 'Spark-Change';

/** Formats a change for the header: `<databaseId>:<etag>`. */
export function formatChange({ databaseId, etag }: Change): string {
  return `${databaseId}:${etag}`;
}

const FORMAT = /^([^\s:]{1,100}):(\d{1,16})$/;

/** Parses the output of `formatChange`; null for any other text. */
export function parseChange(text: string): Change | null {
  const [, databaseId, digits] = FORMAT.exec(text) ?? [];
  const etag = Number(digits);
  return databaseId !== undefined && Number.isSafeInteger(etag) ? { databaseId, etag } : null;
}
