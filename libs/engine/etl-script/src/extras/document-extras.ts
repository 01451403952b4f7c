import { memberName, scanMembers } from '@nestjs-spark/contracts/text';
import type { AttachmentReference, DocumentExtras } from './types.ts';

interface StoredAttachment {
  Name: string;
  Hash: string;
  ContentType: string;
  Size: number;
}

/** The extras of a stored document according to its metadata. */
export interface StoredExtras {
  attachments: AttachmentReference[];
  counters: string[];
  timeSeries: string[];
}

const ANY = /"@(?:attachments|counters|timeseries)"/;

/** Reads them from the document's text. */
export function readExtras(text: string): StoredExtras {
  const metadata = metadataOf(text);
  return {
    attachments: listOf<StoredAttachment>(metadata['@attachments']).map(toReference),
    counters: listOf<string>(metadata['@counters']),
    timeSeries: listOf<string>(metadata['@timeseries']),
  };
}

/** All extras, for a document that passes through unchanged. */
export function allExtras(text: string): DocumentExtras {
  const { attachments, counters, timeSeries } = readExtras(text);
  return {
    attachments,
    counters,
    timeSeries: timeSeries.map((name) => ({ name, from: null, to: null })),
  };
}

function toReference({ Name, Hash, ContentType, Size }: StoredAttachment): AttachmentReference {
  return { name: Name, source: Name, hash: Hash, contentType: ContentType, size: Size };
}

function metadataOf(text: string): Record<string, unknown> {
  let found: Record<string, unknown> = {};
  if (!ANY.test(text)) return found;
  scanMembers(text, (member) => {
    if (memberName(text, member) !== '@metadata') return;
    const value = JSON.parse(text.slice(member.valueStart, member.valueEnd)) as Record<
      string,
      unknown
    > | null;
    found = value ?? {};
  });
  return found;
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
