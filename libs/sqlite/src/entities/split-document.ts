import { ContentRefusedError } from '@nestjs-spark/contracts';
import {
  COPY_GENERATION,
  COPY_SOURCE,
  memberName,
  scanMembers,
  unreadable,
  type CopyMarks,
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

export function marksOf(metadata: string | null): CopyMarks {
  if (metadata === null) return { generation: null, copyOf: null };
  const fields = JSON.parse(metadata) as Record<string, unknown>;
  return { generation: textOrNull(fields[COPY_GENERATION]), copyOf: textOrNull(fields[COPY_SOURCE]) };
}

/** Most documents have their metadata last; a key in quotes cannot stand inside of a string. */
function splitAtEnd(text: string): SplitDocument | null {
  const at = text.lastIndexOf(KEY);
  if (at < 0 || !text.endsWith('}')) return null;
  const metadata = parseObject(text.slice(at + KEY.length, -1));
  return metadata && { fields: `${withoutComma(text.slice(0, at).trimEnd())}}`, ...keep(metadata) };
}

function withoutComma(text: string): string {
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

function splitAnywhere(id: string, text: string): SplitDocument {
  const reason = unreadable(text);
  if (reason) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id);
  const fields: string[] = [];
  let metadata: Record<string, unknown> = {};
  scanMembers(text, (member) => {
    const { nameStart, valueStart, valueEnd } = member;
    if (memberName(text, member) !== '@metadata') fields.push(text.slice(nameStart, valueEnd));
    else metadata = parseObject(text.slice(valueStart, valueEnd)) ?? refuseMetadata(id);
  });
  return { fields: `{${fields.join(',')}}`, ...keep(metadata) };
}

function refuseMetadata(id: string): never {
  throw new ContentRefusedError(`Document ${JSON.stringify(id)} has metadata that is not an object`, id);
}

function keep(metadata: Record<string, unknown>): Omit<SplitDocument, 'fields'> {
  const kept = Object.entries(metadata).filter(([key]) => !COMPUTED.has(key));
  const collection = textOrNull(metadata['@collection']) || NO_COLLECTION;
  return { collection, metadata: kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : null };
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
