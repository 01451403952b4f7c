import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { cutDocuments, type DocumentSlice } from './cut-documents.ts';
import type { DatabaseStats } from './database-stats.ts';
import { withEtags } from './document-etags.ts';
import { readMetadata } from './document-metadata.ts';
import type { RawDocument } from './raw-document.ts';

export interface DocumentsQuery {
  from: Etag;
  pageSize: number;
  /** Stop reading after about so many bytes; at least one document is read whatever its size. */
  maxBytes: number;
  metadataOnly?: boolean;
}

/** All documents with `from <= etag <= to`, ascending; `to` never goes beyond the statistics taken before. */
export async function readDocuments(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  query: DocumentsQuery,
): Promise<{ documents: RawDocument[]; to: Etag }> {
  const { from, pageSize, maxBytes, metadataOnly = false } = query;
  const path = http.path('/docs', { etag: from, pageSize, ...(metadataOnly ? { metadataOnly } : {}) });
  const { body } = await node.request({ path, stopAfterBytes: maxBytes });
  const { slices, whole } = cutDocuments(body);
  if (slices.length === 0 && !whole) {
    return readDocuments(http, node, stats, { ...query, pageSize: 1, maxBytes: Infinity });
  }
  const found = slices.flatMap((slice) => (slice ? [toRaw(body, slice)] : []));
  const documents = await withEtags(http, node, stats, from, found);
  const full = !whole || slices.length >= pageSize;
  const to = full ? Math.min(documents.at(-1)?.etag ?? from - 1, stats.lastEtag) : stats.lastEtag;
  return { documents: documents.filter((document) => document.etag <= to), to };
}

function toRaw(answer: Buffer, slice: DocumentSlice): RawDocument {
  const { id, collection, changeVector, copyOf, generation } = readMetadata(answer, slice);
  const json = answer.subarray(slice.start, slice.end);
  return { id, collection, changeVector, copyOf, generation, etag: 0, json };
}
