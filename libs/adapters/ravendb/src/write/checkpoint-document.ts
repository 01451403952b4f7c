import {
  fromStoredFields,
  isHouseDocument,
  readStoredCheckpoint,
  toStoredCheckpoint,
  toStoredFields,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';

export const CHECKPOINTS = 'SparkCheckpoints';

export interface StoredDocument {
  '@metadata': { '@id': string; '@change-vector': string; '@collection'?: string };
  [field: string]: unknown;
}

export function toCheckpointDocument(checkpoint: Checkpoint): string {
  return JSON.stringify({
    ...(toStoredFields(toStoredCheckpoint(checkpoint)) as object),
    '@metadata': { '@collection': CHECKPOINTS },
  });
}

/** Null for a document that is not a checkpoint. */
export function fromCheckpointDocument(document: StoredDocument): StoredCheckpoint | null {
  const { '@metadata': metadata, ...fields } = document;
  if (!isHouseDocument(metadata['@id'], collectionOf(document))) return null;
  const checkpoint = readStoredCheckpoint(fromStoredFields(fields));
  return checkpoint && { checkpoint, version: metadata['@change-vector'] };
}

export function collectionOf({ '@metadata': metadata }: StoredDocument): string {
  return metadata['@collection'] ?? '@empty';
}
