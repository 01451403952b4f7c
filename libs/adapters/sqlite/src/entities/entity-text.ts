import { VERSION, type Stored } from '@nestjs-spark/contracts';
import { entityFields, fromStoredFields } from '@nestjs-spark/contracts/internal';

/** The text to store, fields as in RavenDB. */
export function toEntityText(entity: object): string {
  return JSON.stringify(entityFields(entity));
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
