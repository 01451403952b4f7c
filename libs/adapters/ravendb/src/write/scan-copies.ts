import type { Etag } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readStats } from '../read-documents/database-stats.ts';
import type { DocumentMetadata } from '../read-documents/document-metadata.ts';
import { fetchWithin, type FetchedDocument } from '../read-documents/fetch-documents.ts';
import { PageSize } from '../read-documents/page-size.ts';
import type { RawDocument } from '../read-documents/raw-document.ts';
import { readDocuments, type DocumentsQuery } from '../read-documents/read-documents.ts';

type IsWanted = (document: DocumentMetadata) => boolean;

interface Scanned {
  documents: RawDocument[];
  to: Etag;
  /** The last etag of the database. */
  end: Etag;
}

const SCAN = { pageSize: 8_192, maxBytes: Infinity, metadataOnly: true };
const STEP = 1_024;
const WHOLE = { documents: 4_096, bytes: 2 * 1024 * 1024 };
/** If a smaller share of what is read is wanted, only metadata is scanned. */
const DENSE = { bytes: 1 / 2, documents: 3 / 4 };

/** Goes through the ids of the whole database and yields the wanted ones, in steps of bounded size. */
export async function* scanCopies(http: RavenHttp, wanted: IsWanted): AsyncGenerator<DocumentMetadata[]> {
  for (let from: Etag = 0, isOver = false; !isOver;) {
    const { documents, to, end } = await scan(http, { from, ...SCAN });
    yield* inSteps(documents.filter(wanted));
    isOver = to >= end;
    from = to + 1;
  }
}

/**
 * Yields them with their contents, in the order of changes. If most documents are wanted, all are read, which takes RavenDB a
 * fraction of the time it takes by id; otherwise, the wanted ones are read by id.
 */
export async function* scanWholeCopies(http: RavenHttp, wanted: IsWanted): AsyncGenerator<FetchedDocument[]> {
  const size = new PageSize(WHOLE.bytes);
  let isDense = true;
  for (let from: Etag = 0, isOver = false; !isOver;) {
    const pageSize = size.for(WHOLE.documents);
    const query = isDense ? { from, pageSize, maxBytes: WHOLE.bytes * 4 } : { from, ...SCAN };
    const { documents, to, end } = await scan(http, query);
    const found = documents.filter(wanted);
    if (isDense) {
      size.saw(documents);
      yield* inSteps(found);
      isDense = bytesOf(found) >= bytesOf(documents) * DENSE.bytes;
    } else {
      for await (const some of fetchAll(http, found)) yield some.filter(wanted);
      isDense = found.length >= documents.length * DENSE.documents;
    }
    isOver = to >= end;
    from = to + 1;
  }
}

function scan(http: RavenHttp, query: DocumentsQuery): Promise<Scanned> {
  return http.onOneNode(async (node) => {
    const stats = await readStats(http, node);
    return { ...(await readDocuments(http, node, stats, query)), end: stats.lastEtag };
  });
}

/** Their current contents; deleted ones are left out. */
async function* fetchAll(http: RavenHttp, found: readonly RawDocument[]): AsyncGenerator<FetchedDocument[]> {
  for (let left = found.map(({ id }) => id); left.length > 0;) {
    const some = await fetchWithin(http, http, left.slice(0, STEP), WHOLE.bytes * 4);
    left = left.slice(some.length);
    yield some.filter((document) => document !== null);
  }
}

function* inSteps<T>(found: readonly T[]): Generator<T[]> {
  for (let at = 0; at < found.length; at += STEP) yield found.slice(at, at + STEP);
}

function bytesOf(documents: readonly { json: Uint8Array }[]): number {
  return documents.reduce((sum, { json }) => sum + json.byteLength, 0);
}
