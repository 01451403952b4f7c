import { toStoredFields } from './field-names.ts';

/** An entity's fields as every store writes them. The id is the document's key and not among its fields. */
export function entityFields(entity: object): Record<string, unknown> {
  const fields = toStoredFields(JSON.parse(JSON.stringify(entity))) as Record<string, unknown>;
  delete fields['Id'];
  return fields;
}
