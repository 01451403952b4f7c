import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '../names/document-ids.ts';
import { type IdRule, idKey } from '../names/id-rules.ts';
import { withoutMembers } from './edit-object.ts';
import type { EntityOrigin } from './entity-origin.ts';

const COPY_MARKS = new Set([COPY_SOURCE, COPY_ETAG, COPY_GENERATION]);

/**
 * What a put keeps of the metadata that is there: everything. Only where its caller has never seen the document that it replaces,
 * the document is the module's own from then on, and what made it a copy goes.
 * @param metadata the JSON text of an object
 * @param rule the store's rule for ids
 */
export function keptMetadata(metadata: string, put: PutOverDocument, rule: IdRule): string {
  const isObject = metadata.trimStart().startsWith('{');
  return hasSeen(put, rule) || !isObject ? metadata : withoutMembers(metadata, COPY_MARKS);
}

/** What a put says of the document that it replaces. */
export interface PutOverDocument {
  id: string;
  origin: EntityOrigin | null;
  version: string | null | undefined;
}

function hasSeen({ id, origin, version }: PutOverDocument, rule: IdRule): boolean {
  return typeof version === 'string' || (origin !== null && idKey(rule, origin.id) === idKey(rule, id));
}
