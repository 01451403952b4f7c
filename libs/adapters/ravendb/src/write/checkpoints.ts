import {
  checkpointId,
  isHouseDocument,
  notOfTheHouse,
  refuseOdd,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { collectionOf, fromCheckpointDocument, type StoredDocument } from './checkpoint-document.ts';

interface DocumentsAnswer {
  Results: (StoredDocument | null)[];
}

const PAGE = 1_024;

export async function readCheckpoint(http: RavenHttp, name: string): Promise<StoredCheckpoint | null> {
  const id = checkpointId(name);
  const answer = await http.getJson<DocumentsAnswer>(http.path('/docs', { id }));
  const document = answer?.Results[0];
  if (!document) return null;
  const collection = collectionOf(document);
  if (!isHouseDocument(id, collection)) throw notOfTheHouse(id, collection);
  return fromCheckpointDocument(document) ?? refuseOdd(id);
}

/** Those that can be read: a malformed one only stops its own task. */
export async function listCheckpoints(http: RavenHttp): Promise<StoredCheckpoint[]> {
  const found: StoredCheckpoint[] = [];
  for (let start = 0; ; start += PAGE) {
    const query = { startsWith: 'sparkCheckpoints/', start, pageSize: PAGE };
    const documents = (await http.getJson<DocumentsAnswer>(http.path('/docs', query)))?.Results ?? [];
    const stored = documents.filter((document) => document !== null).map(fromCheckpointDocument);
    found.push(...stored.filter((one) => one !== null));
    if (documents.length < PAGE) return found;
  }
}
