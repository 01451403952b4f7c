import { createHash } from 'node:crypto';
import {
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  isCopyOf,
  withoutMembers,
  type SourceDocument,
} from '@nestjs-spark/contracts/internal';

/** A copy as it stands in this module's database. */
export interface StandingDocument {
  id: string;
  collection: string;
  owner: string;
  documentId: string;
  etag: number | null;
  /** Its fields, as JSON text. */
  fields: string;
  /** Tells this content from any other. Metadata do not count: a copy read again has other marks. */
  hash: string;
}

const METADATA: ReadonlySet<string> = new Set(['@metadata']);

/** A document as a copy of one of these names; null when it is not one. */
export function readCopy(
  { id, collection, copyOf, json }: SourceDocument,
  names: readonly string[],
): StandingDocument | null {
  if (copyOf === null) return null;
  const text = Buffer.from(json).toString('utf8');
  const { '@metadata': metadata = {} } = JSON.parse(text) as { '@metadata'?: Record<string, unknown> };
  const generation = textOf(metadata[COPY_GENERATION]);
  if (!names.some((name) => isCopyOf(name)({ generation, copyOf }))) return null;
  const fields = withoutMembers(text, METADATA);
  const source = textOf(metadata[COPY_SOURCE]) ?? copyOf;
  const slash = source.indexOf('/');
  const etag = metadata[COPY_ETAG];
  return {
    id,
    collection,
    owner: source.slice(0, slash),
    documentId: source.slice(slash + 1),
    etag: typeof etag === 'number' ? etag : null,
    fields,
    hash: createHash('sha256')
      .update(collection)
      .update('\0')
      .update(fields)
      .digest('base64url')
      .slice(0, 27),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
