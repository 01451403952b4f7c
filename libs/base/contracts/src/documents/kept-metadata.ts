import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '../names/document-ids.ts';
import { type IdRule, idKey } from '../names/id-rules.ts';
import { withoutMembers } from './edit-object.ts';
import type { EntityOrigin } from './entity-origin.ts';

const COPY_MARKS = new Set([COPY_SOURCE, COPY_ETAG, COPY_GENERATION]);

/**
 * The existing metadata that a put keeps: all of it. Only when the caller has never read the document that it replaces does the
 * document become the module's own, and the marks of a copy are removed.
 * @param metadata the JSON text of an object
 * @param rule the store's id rule
 */
export function keptMetadata(metadata: string, put: PutOverDocument, rule: IdRule): string {
  const isObject = metadata.trimStart().startsWith('{');
  return hasSeen(put, rule) || !isObject ? metadata : withoutMembers(metadata, COPY_MARKS);
}

/** What a put knows of the document that it replaces. */
export interface PutOverDocument {
  id: string;
  origin: EntityOrigin | null;
  version: string | null | undefined;
}

function hasSeen({ id, origin, version }: PutOverDocument, rule: IdRule): boolean {
  return typeof version === 'string' || (origin !== null && idKey(rule, origin.id) === idKey(rule, id));
}
