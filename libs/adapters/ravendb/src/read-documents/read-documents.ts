import { UnavailableError, type Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { Requester } from '../connect/raven-node.ts';
import { readItems } from './all-items.ts';
import { brokenOff, cutDocuments, type DocumentSlice } from './cut-documents.ts';
import type { DatabaseStats } from './database-stats.ts';
import { withEtags } from './document-etags.ts';
import { readMetadata } from './document-metadata.ts';
import type { RawDocument } from './raw-document.ts';

export interface DocumentsQuery {
  from: Etag;
  pageSize: number;
  /** Stop reading after about this many bytes; at least one document is read, whatever its size. */
  maxBytes: number;
  metadataOnly?: boolean;
}

/** Documents from an etag on, in order, with their etags still to be found. */
export async function readRawDocuments(
  http: RavenHttp,
  node: Requester,
  query: DocumentsQuery,
): Promise<{ documents: RawDocument[]; full: boolean }> {
  const { from, pageSize, maxBytes, metadataOnly = false } = query;
  const path = http.path('/docs', { etag: from, pageSize, ...(metadataOnly ? { metadataOnly } : {}) });
  const { body } = await node.request({ path, stopAfterBytes: maxBytes });
  const { slices, whole } = cutDocuments(body);
  if (slices.length === 0 && !whole) {
    if (maxBytes === Infinity && pageSize === 1) throw await unreadable(http, node, body, from);
    return readRawDocuments(http, node, { ...query, pageSize: 1, maxBytes: Infinity });
  }
  const documents: RawDocument[] = [];
  for (const slice of slices) if (slice) documents.push(toRaw(body, slice));
  return { documents, full: !whole || slices.length >= pageSize };
}

/** All documents with `from <= etag <= to`, ascending; `to` never exceeds the statistics taken before. */
export async function readDocuments(
  http: RavenHttp,
  node: Requester,
  stats: DatabaseStats,
  query: DocumentsQuery,
): Promise<{ documents: RawDocument[]; to: Etag }> {
  const { documents: found, full } = await readRawDocuments(http, node, query);
  const documents = await withEtags(http, node, stats, query.from, found);
  const to = full ? Math.min(documents.at(-1)?.etag ?? query.from - 1, stats.lastEtag) : stats.lastEtag;
  return { documents: documents.filter((document) => document.etag <= to), to };
}

/** A document that RavenDB cannot write into an answer: nothing after it can be read. */
async function unreadable(
  http: RavenHttp,
  node: Requester,
  body: Buffer,
  from: Etag,
): Promise<UnavailableError> {
  const answered = body.toString('utf8');
  if (!answered.includes('"Results":[')) return brokenOff(body, 'RavenDB did not complete its answer');
  if (endsInAttachments(answered)) {
    const [item] = (await readItems(http, node, from, 1, ['Document'])).items;
    const which = item
      ? `${JSON.stringify(item.id)} with the etag ${item.etag}`
      : `with the etag ${from} or above`;
    return brokenOff(
      body,
      `RavenDB cannot return the document ${which}, because of the name or the content type of one of its attachments. Store that under another one and delete it`,
    );
  }
  const etag = /"@change-vector":"[^":]*:(\d+)-/.exec(answered)?.[1] ?? `${from} or above`;
  const id = /"@id":"([^"\\\ufffd]*)/.exec(answered)?.[1] ?? '';
  return brokenOff(
    body,
    `RavenDB cannot return the document with the etag ${etag}, whose id begins with "${id}". Store it under another id and delete it`,
  );
}

const ATTACHMENTS = '"@metadata":{"@attachments":[';

/** RavenDB writes the attachments of a document before its id. */
function endsInAttachments(answered: string): boolean {
  const at = answered.lastIndexOf(ATTACHMENTS);
  return at >= 0 && !answered.includes('"@id":"', at);
}

function toRaw(answer: Buffer, slice: DocumentSlice): RawDocument {
  const { id, collection, changeVector, copyOf, generation, sourceEtag } = readMetadata(answer, slice);
  const json = answer.subarray(slice.start, slice.end);
  return { kind: 'put', id, collection, changeVector, copyOf, generation, sourceEtag, etag: 0, json };
}
