import { hash } from 'node:crypto';
import { isCopyOf, withoutMembers, type SourceDocument } from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { readMarks } from './read-marks.ts';

/** A copy as it is in this module's database. */
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
  const text = decodeUtf8(json);
  const { generation, copyOf: named, etag } = readMarks(text);
  if (!names.some((name) => isCopyOf(name)({ generation, copyOf }))) return null;
  const fields = withoutMembers(text, METADATA);
  const source = named ?? copyOf;
  const slash = source.indexOf('/');
  return {
    id,
    collection,
    owner: source.slice(0, slash),
    documentId: source.slice(slash + 1),
    etag,
    fields,
    hash: hash('sha256', `${collection}\0${fields}`, 'base64url').slice(0, 27),
  };
}
