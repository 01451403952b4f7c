import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '../names/document-ids.ts';
import type { DocumentWrite } from '../ports/document-writer.ts';
import { withoutMembers } from './edit-object.ts';

const COPY_MARKS = new Set([COPY_SOURCE, COPY_ETAG, COPY_GENERATION]);

/**
 * What a put keeps of the metadata that is there: everything. Only where its caller has never seen the document that it replaces,
 * the document is the module's own from then on, and what made it a copy goes.
 * @param metadata the JSON text of an object
 */
export function keptMetadata(metadata: string, write: Extract<DocumentWrite, { kind: 'put' }>): string {
  const isObject = metadata.trimStart().startsWith('{');
  return hasSeen(write) || !isObject ? metadata : withoutMembers(metadata, COPY_MARKS);
}

function hasSeen({ id, origin, version }: Extract<DocumentWrite, { kind: 'put' }>): boolean {
  return typeof version === 'string' || origin?.id.toLowerCase() === id.toLowerCase();
}
