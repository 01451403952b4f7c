import { VERSION, type Stored } from '@nestjs-spark/contracts';
import { entityFields, fromStoredFields, makeEntity, parseStored } from '@nestjs-spark/contracts/internal';

/** The text to store, fields as in RavenDB. */
export function toEntityText(entity: object, prototype: object): string {
  return JSON.stringify(entityFields(entity, prototype));
}

export function fromEntityText<T extends object>(
  id: string,
  text: string,
  version: string,
  prototype: object,
): Stored<T> {
  const fields = fromStoredFields(parseStored(text, prototype)) as object;
  const entity = makeEntity(prototype, fields, id);
  Object.defineProperty(entity, VERSION, { value: version });
  return entity as Stored<T>;
}
