import type { Arrival } from '../listen/on-replicated.decorator.ts';
import type { StandingDocument } from './read-copy.ts';

/** What a handler was told of a copy last. */
export interface Told {
  id: string;
  collection: string;
  owner: string;
  documentId: string;
  etag: number | null;
  hash: string;
}

/** Instead of a hash: the handler is being told for the first time, and may or may not have heard it. */
export const FIRST = '';
/** Instead of a hash: the handler was told something else before, and may or may not have heard the latest. */
export const UNSURE = '?';

/** What a handler has to be told, of what it was told last and what is there now; null: nothing. Pure. */
export function judgeCopy(
  told: Told | null,
  now: Pick<StandingDocument, 'hash'> | null,
): Arrival['kind'] | null {
  if (now === null) return told === null ? null : 'gone';
  if (told === null || told.hash === FIRST) return 'arrived';
  return told.hash === now.hash ? null : 'changed';
}
