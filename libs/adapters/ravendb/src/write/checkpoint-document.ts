import {
  fromStoredCheckpoint,
  fromStoredFields,
  toStoredCheckpoint,
  toStoredFields,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';

export const CHECKPOINTS = 'SparkCheckpoints';

export interface StoredDocument {
  '@metadata': { '@id': string; '@change-vector': string };
  [field: string]: unknown;
}

export function toCheckpointDocument(checkpoint: Checkpoint): string {
  return JSON.stringify({
    ...(toStoredFields(toStoredCheckpoint(checkpoint)) as object),
    '@metadata': { '@collection': CHECKPOINTS },
  });
}

export function fromCheckpointDocument(document: StoredDocument): StoredCheckpoint {
  const { '@metadata': metadata, ...fields } = document;
  return {
    checkpoint: fromStoredCheckpoint(fromStoredFields(fields) as object),
    version: metadata['@change-vector'],
  };
}
