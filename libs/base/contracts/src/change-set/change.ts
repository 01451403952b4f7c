import type { Etag } from './change-set.ts';

/** Where a write is in the order of one database's changes. Etags of two databases cannot be compared. */
export interface Change {
  databaseId: string;
  etag: Etag;
}

/** Key of the change that made a stored document what it is. A symbol, so that it is not among the fields that an API returns. */
export const CHANGE: unique symbol = Symbol('change');

/** The header of an owner's answer that names the change of a write, for those who wait for its copy. */
export const CHANGE_HEADER = 'Spark-Change';

/** The change as a header carries it: `<databaseId>:<etag>`. */
export function formatChange({ databaseId, etag }: Change): string {
  return `${databaseId}:${etag}`;
}

const FORMAT = /^([^\s:]{1,100}):(\d{1,16})$/;

/** Reads what `formatChange` wrote; null when the text is not one. */
export function parseChange(text: string): Change | null {
  const [, databaseId, digits] = FORMAT.exec(text) ?? [];
  const etag = Number(digits);
  return databaseId !== undefined && Number.isSafeInteger(etag) ? { databaseId, etag } : null;
}
