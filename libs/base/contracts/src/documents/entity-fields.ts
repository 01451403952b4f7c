import { withoutMembers } from './edit-object.ts';

/**
 * An entity's fields as JSON, with names as in TypeScript. The id is the document's key and not among them. What a field that is no
 * JSON becomes is decided here and nowhere else.
 */
export function entityFields(entity: object): string {
  return withoutMembers(JSON.stringify(entity), ID);
}

const ID = new Set(['id']);
