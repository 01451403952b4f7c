import { ContentRefusedError } from '@nestjs-spark/contracts';
import {
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  memberName,
  scanMembers,
  unreadable,
  type StoredCopy,
} from '@nestjs-spark/contracts/internal';

/** A document's text taken apart, its fields as they were written. */
export interface SplitDocument {
  fields: string;
  collection: string;
  /** What is to be kept of the metadata, as JSON; null for nothing. */
  metadata: string | null;
}

const NO_COLLECTION = '@empty';
const KEY = '"@metadata":';
// The store computes these itself.
const COMPUTED = new Set(['@collection', '@id', '@change-vector', '@last-modified', '@flags']);

/** @throws {ContentRefusedError} when it is not a JSON object */
export function splitDocument(id: string, text: string): SplitDocument {
  return splitAtEnd(text) ?? splitAnywhere(id, text);
}

/** What the metadata says of a copy. */
export function marksOf(metadata: string | null): Omit<StoredCopy, 'id' | 'version'> {
  if (metadata === null) return { generation: null, copyOf: null, sourceEtag: null };
  const fields = JSON.parse(metadata) as Record<string, unknown>;
  const { [COPY_ETAG]: etag } = fields;
  return {
    generation: textOrNull(fields[COPY_GENERATION]),
    copyOf: textOrNull(fields[COPY_SOURCE]),
    sourceEtag: typeof etag === 'number' ? etag : null,
  };
}

/** Most documents have their metadata last; a key in quotes cannot be inside a string. */
function splitAtEnd(text: string): SplitDocument | null {
  const at = text.lastIndexOf(KEY);
  if (at < 0 || !text.endsWith('}')) return null;
  const written = text.slice(at + KEY.length, -1);
  const metadata = parseObject(written);
  return metadata && { fields: `${withoutComma(text.slice(0, at).trimEnd())}}`, ...keep(metadata, written) };
}

function withoutComma(text: string): string {
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

function splitAnywhere(id: string, text: string): SplitDocument {
  const reason = unreadable(text);
  if (reason) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id);
  const fields: string[] = [];
  let written = '{}';
  scanMembers(text, (member) => {
    const { nameStart, valueStart, valueEnd } = member;
    if (memberName(text, member) !== '@metadata') fields.push(text.slice(nameStart, valueEnd));
    else {
      written = text.slice(valueStart, valueEnd);
      if (parseObject(written) === null) refuseMetadata(id);
    }
  });
  const metadata = parseObject(written);
  return { fields: `{${fields.join(',')}}`, ...keep(metadata ?? {}, metadata ? written : '{}') };
}

function refuseMetadata(id: string): never {
  throw new ContentRefusedError(`Document ${JSON.stringify(id)} has metadata that is not an object`, id);
}

/** What is kept is kept as it is written. */
function keep(metadata: Record<string, unknown>, written: string): Omit<SplitDocument, 'fields'> {
  let kept = '';
  scanMembers(written, (member) => {
    if (COMPUTED.has(memberName(written, member))) return;
    kept += (kept === '' ? '' : ',') + written.slice(member.nameStart, member.valueEnd);
  });
  const collection = textOrNull(metadata['@collection']) || NO_COLLECTION;
  return { collection, metadata: kept === '' ? null : `{${kept}}` };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
