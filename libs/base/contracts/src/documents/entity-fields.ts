import { ContentRefusedError } from '../errors/errors.ts';
import { withoutMembers } from './edit-object.ts';
import { toPlain, toPlainField } from './to-plain.ts';

/**
 * An entity's fields as JSON, with their names in TypeScript. The id is the document's key and not included.
 * @param prototype of the class that declares the fields
 * @throws {ContentRefusedError} naming the field, for a value that JSON cannot represent
 */
export function entityFields(entity: object, prototype: object = Object.prototype): string {
  return withoutMembers(JSON.stringify(toPlain(entity, prototype)), ID);
}

const ID = new Set(['id']);

/**
 * As `entityFields`, for an entity that was just read. Values that the store holds but would not accept (`1e400` in SQLite) are
 * left out.
 */
export function seenFields(entity: object, prototype: object): string {
  try {
    return entityFields(entity, prototype);
  } catch (error) {
    if (!(error instanceof ContentRefusedError)) throw error;
    const fields = Object.entries(entity).filter(([name, value]) => canBePut(prototype, name, value));
    return entityFields(Object.fromEntries(fields), prototype);
  }
}

function canBePut(prototype: object, name: string, value: unknown): boolean {
  try {
    toPlainField(prototype, name, value);
    return true;
  } catch {
    return false;
  }
}
