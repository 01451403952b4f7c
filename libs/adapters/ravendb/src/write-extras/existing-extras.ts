import { isCopyOf } from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import type { WantedExtras } from './reduce-extras.ts';

/** What a document has now. */
export interface ExistingExtras {
  attachments: { Name: string; Hash: string; ContentType: string }[];
  counters: string[];
  timeSeries: string[];
}

export const NONE: ExistingExtras = { attachments: [], counters: [], timeSeries: [] };

interface MetadataOnly {
  '@metadata'?: {
    '@attachments'?: ExistingExtras['attachments'];
    '@counters'?: string[];
    '@timeseries'?: string[];
  };
}

/**
 * What the documents have that extras are for. Those that are neither put in the same set nor copies of the task are left
 * out: what the module owns itself is not touched, and what is not there has nothing to be hung on.
 */
export async function findExisting(
  http: RavenHttp,
  name: string,
  wanted: ReadonlyMap<string, WantedExtras>,
  puts: ReadonlyMap<string, unknown>,
): Promise<Map<string, ExistingExtras>> {
  const keys = [...wanted.keys()];
  const own = isCopyOf(name);
  const documents = await fetchDocuments(http, http, keys, { metadataOnly: true });
  const existing = new Map<string, ExistingExtras>();
  for (const [i, key] of keys.entries()) {
    const document = documents[i];
    if (document && (puts.has(key) || own(document))) existing.set(key, read(document.json));
    else if (puts.has(key)) existing.set(key, NONE);
  }
  return existing;
}

function read(json: Uint8Array): ExistingExtras {
  const { '@metadata': metadata = {} } = JSON.parse(decodeUtf8(json)) as MetadataOnly;
  const {
    '@attachments': attachments = [],
    '@counters': counters = [],
    '@timeseries': timeSeries = [],
  } = metadata;
  return { attachments, counters, timeSeries };
}
