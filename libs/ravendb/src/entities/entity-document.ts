import { VERSION, type Stored } from '@nestjs-spark/contracts';
import { entityFields, fromStoredFields, makeEntity } from '@nestjs-spark/contracts/internal';

export interface EntityDocument {
  '@metadata': { '@id': string; '@change-vector': string; '@collection'?: string; [key: string]: unknown };
  [field: string]: unknown;
}

/** RavenDB computes these itself. */
const SERVER_KEYS = ['@id', '@change-vector', '@last-modified'];

/** The text to store. */
export function toEntityText(entity: object, metadata: Record<string, unknown>, prototype: object): string {
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_KEYS.includes(key));
  return JSON.stringify({ ...entityFields(entity, prototype), '@metadata': Object.fromEntries(kept) });
}

export function fromEntityDocument<T extends object>(
  { '@metadata': metadata, ...fields }: EntityDocument,
  prototype: object,
): Stored<T> {
  const entity = makeEntity(prototype, fromStoredFields(fields) as object, metadata['@id']);
  Object.defineProperty(entity, VERSION, { value: metadata['@change-vector'] });
  return entity as Stored<T>;
}
