import {
  isHouseDocument,
  NEVER_RAISED,
  notOfTheHouse,
  raisedFrom,
  witnessId,
  type WitnessRecord,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { write } from '../write/transaction.ts';

interface WitnessDocument {
  Number: number;
  Marks: string[];
  '@metadata': { '@change-vector': string; '@collection'?: string };
}

export async function readWitness(http: RavenHttp, reader: string): Promise<WitnessRecord> {
  return toRecord(await readDocument(http, reader));
}

/** @throws {VersionConflictError} when it is not, or no longer, as in `from` */
export async function raiseWitness(
  http: RavenHttp,
  reader: string,
  from: WitnessRecord,
): Promise<WitnessRecord> {
  const id = witnessId(reader);
  const current = await readDocument(http, reader);
  const next = raisedFrom(reader, toRecord(current), from);
  const document = JSON.stringify({
    Number: next.number,
    Marks: next.marks,
    '@metadata': { '@collection': 'SparkWitnesses' },
  });
  const expected = current?.['@metadata']['@change-vector'] ?? null;
  await write(http, { deletes: [], puts: [], fence: { id, document, expected } });
  return next;
}

function toRecord(document: WitnessDocument | null): WitnessRecord {
  return document ? { number: document.Number, marks: document.Marks } : NEVER_RAISED;
}

async function readDocument(http: RavenHttp, reader: string): Promise<WitnessDocument | null> {
  const id = witnessId(reader);
  const [document = null] = (await http.getDocuments<WitnessDocument>(http.path('/docs', { id }))) ?? [];
  if (document === null) return null;
  const collection = document['@metadata']['@collection'] ?? '@empty';
  if (!isHouseDocument(id, collection)) throw notOfTheHouse(id, collection);
  return document;
}
