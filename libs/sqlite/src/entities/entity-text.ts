import { VERSION, type Stored } from '@nestjs-spark/contracts';
import { fromStoredFields, toStoredFields } from '@nestjs-spark/contracts/internal';

/** The text to store, fields as in RavenDB. The id is the document's key and not among its fields. */
export function toEntityText(entity: object): string {
  const fields = toStoredFields(JSON.parse(JSON.stringify(entity))) as Record<string, unknown>;
  delete fields['Id'];
  return JSON.stringify(fields);
}

export function fromEntityText<T extends object>(
  id: string,
  text: string,
  version: string,
  prototype: object,
): Stored<T> {
  const fields = fromStoredFields(JSON.parse(text)) as object;
  const entity = Object.assign(Object.create(prototype) as object, fields, { id });
  Object.defineProperty(entity, VERSION, { value: version });
  return entity as Stored<T>;
}
