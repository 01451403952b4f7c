import { VersionConflictError } from '@nestjs-spark/contracts';
import { witnessId } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { write } from '../write/transaction.ts';

interface WitnessDocument {
  Number?: number;
  '@metadata': { '@change-vector': string };
}

/** A number that only grows. A database that shows a lower one than before was restored, even if its id is the same. */
export async function readWitness(http: RavenHttp, reader: string): Promise<number> {
  return (await readDocument(http, reader))?.Number ?? 0;
}

/** @throws {VersionConflictError} when it is not, or not any more, at `from` */
export async function raiseWitness(http: RavenHttp, reader: string, from: number): Promise<number> {
  const id = witnessId(reader);
  const current = await readDocument(http, reader);
  if ((current?.Number ?? 0) !== from) throw new VersionConflictError(id);
  const document = JSON.stringify({ Number: from + 1, '@metadata': { '@collection': 'SparkWitnesses' } });
  const expected = current?.['@metadata']['@change-vector'] ?? null;
  await write(http, { deletes: [], puts: [], fence: { id, document, expected } });
  return from + 1;
}

async function readDocument(http: RavenHttp, reader: string): Promise<WitnessDocument | null> {
  const path = http.path('/docs', { id: witnessId(reader) });
  const answer = await http.getJson<{ Results: (WitnessDocument | null)[] }>(path);
  return answer?.Results[0] ?? null;
}
