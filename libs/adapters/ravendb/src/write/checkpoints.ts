import {
  checkpointId,
  isHouseDocument,
  notOfTheHouse,
  refuseOdd,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readByPrefix } from '../read-documents/read-by-prefix.ts';
import { collectionOf, fromCheckpointDocument, type StoredDocument } from './checkpoint-document.ts';

export async function readCheckpoint(http: RavenHttp, name: string): Promise<StoredCheckpoint | null> {
  const id = checkpointId(name);
  const [document] = (await http.getDocuments<StoredDocument>(http.path('/docs', { id }))) ?? [];
  if (!document) return null;
  const collection = collectionOf(document);
  if (!isHouseDocument(id, collection)) throw notOfTheHouse(id, collection);
  return fromCheckpointDocument(document) ?? refuseOdd(id);
}

/** Those that can be read: a malformed one only stops its own task. */
export async function listCheckpoints(http: RavenHttp): Promise<StoredCheckpoint[]> {
  const documents = await readByPrefix<StoredDocument>(http, {
    startsWith: 'sparkCheckpoints/',
    idOf: (document) => document['@metadata']['@id'],
  });
  return documents.map(fromCheckpointDocument).filter((one) => one !== null);
}
