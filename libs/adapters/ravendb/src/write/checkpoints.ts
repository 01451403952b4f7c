import { checkpointId, type StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { fromCheckpointDocument, type StoredDocument } from './checkpoint-document.ts';

interface DocumentsAnswer {
  Results: (StoredDocument | null)[];
}

const PAGE = 1_024;

export async function readCheckpoint(http: RavenHttp, name: string): Promise<StoredCheckpoint | null> {
  const answer = await http.getJson<DocumentsAnswer>(http.path('/docs', { id: checkpointId(name) }));
  const document = answer?.Results[0];
  return document ? fromCheckpointDocument(document) : null;
}

export async function listCheckpoints(http: RavenHttp): Promise<StoredCheckpoint[]> {
  const found: StoredCheckpoint[] = [];
  for (let start = 0; ; start += PAGE) {
    const query = { startsWith: 'sparkCheckpoints/', start, pageSize: PAGE };
    const documents = (await http.getJson<DocumentsAnswer>(http.path('/docs', query)))?.Results ?? [];
    found.push(...documents.filter((document) => document !== null).map(fromCheckpointDocument));
    if (documents.length < PAGE) return found;
  }
}
