import { toStoredFields } from './field-names.ts';
import { toPlain, toPlainField } from './to-plain.ts';

/**
 * An entity's fields as every store writes them. The id is the document's key and not among its fields.
 * @param prototype of the class that declares what the fields are
 * @throws {ContentRefusedError} naming the field, for a value that JSON cannot hold
 */
export function entityFields(entity: object, prototype: object = Object.prototype): Record<string, unknown> {
  const fields = toStoredFields(toPlain(entity, prototype)) as Record<string, unknown>;
  delete fields['Id'];
  return fields;
}

/** One field's value as every store writes it; undefined where nothing is to be written. */
export function storedField(prototype: object, name: string, value: unknown): unknown {
  return toStoredFields(toPlainField(prototype, name, value));
}
