import type { Etag } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '@nestjs-spark/contracts/internal';
import type { DocumentSlice } from './cut-documents.ts';

/** What the feed needs to know of a document. */
export interface DocumentMetadata {
  id: string;
  collection: string;
  changeVector: string;
  /** `spark-source`, when the document is itself a copy. */
  copyOf: string | null;
  /** `spark-generation` of a copy. */
  generation: string | null;
  /** `spark-etag` of a copy. */
  sourceEtag: Etag | null;
}

/** RavenDB's name for documents without a collection. */
const NO_COLLECTION = '@empty';

// What RavenDB writes for a document without metadata of its own: most of them.
const PLAIN =
  /^\{"@collection":"([^"\\]*)","@change-vector":"([^"\\]*)","@id":"([^"\\]*)","@last-modified":"[^"]*"\}$/;

// What it writes for a copy, which has nothing but Spark's own keys: by their names, whatever order they were sent in.
const COPY =
  /^\{"@collection":"([^"\\]*)","spark-etag":(\d+),"spark-generation":"([^"\\]*)","spark-source":"([^"\\]*)","@change-vector":"([^"\\]*)","@id":"([^"\\]*)","@last-modified":"[^"]*"\}$/;

export function readMetadata(answer: Buffer, slice: DocumentSlice): DocumentMetadata {
  const text = slice.metadata < 0 ? '{}' : answer.toString('utf8', slice.metadata, slice.end - 1);
  const plain = PLAIN.exec(text);
  if (plain) {
    const [, collection = '', changeVector = '', id = ''] = plain;
    return { id, collection, changeVector, copyOf: null, generation: null, sourceEtag: null };
  }
  const copy = COPY.exec(text);
  if (copy) {
    const [, collection = '', etag, generation = '', copyOf = '', changeVector = '', id = ''] = copy;
    return { id, collection, changeVector, copyOf, generation, sourceEtag: Number(etag) };
  }
  const fields = JSON.parse(text) as Record<string, unknown>;
  return {
    id: String(fields['@id'] ?? ''),
    collection: String(fields['@collection'] ?? NO_COLLECTION),
    changeVector: String(fields['@change-vector'] ?? ''),
    copyOf: textOrNull(fields[COPY_SOURCE]),
    generation: textOrNull(fields[COPY_GENERATION]),
    sourceEtag: numberOrNull(fields[COPY_ETAG]),
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
