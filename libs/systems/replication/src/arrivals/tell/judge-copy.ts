import type { Arrival } from '../listen/on-replicated.decorator.ts';
import type { StandingDocument } from './read-copy.ts';

/** What a handler was last told about a copy. */
export interface Told {
  id: string;
  collection: string;
  owner: string;
  documentId: string;
  etag: number | null;
  hash: string;
}

/** What to remember of a copy that a handler is told. */
export function recordOf({ id, collection, owner, documentId, etag, hash }: StandingDocument): Told {
  return { id, collection, owner, documentId, etag, hash };
}

/** In place of a hash: the handler is being told for the first time, and may or may not have received it. */
export const FIRST = '';
/** In place of a hash: the handler was told an earlier state, and may or may not have received the latest. */
export const UNSURE = '?';

/** What a handler has to be told, given what it was last told and the current copy; null for nothing. Pure. */
export function judgeCopy(
  told: Told | null,
  now: Pick<StandingDocument, 'hash'> | null,
): Arrival['kind'] | null {
  if (now === null) return told === null ? null : 'gone';
  if (told === null || told.hash === FIRST) return 'arrived';
  return told.hash === now.hash ? null : 'changed';
}
