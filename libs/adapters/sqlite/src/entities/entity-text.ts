import { CHANGE, VERSION, type Change, type Stored } from '@nestjs-spark/contracts';
import { rememberOrigin, type EntityMapping, type EntityOrigin } from '@nestjs-spark/contracts/internal';

/** The entity made from a document's fields. */
export function fromEntityText<T extends object>(
  mapping: EntityMapping,
  origin: EntityOrigin,
  change: Change,
): Stored<T> {
  const entity = mapping.read(origin.text, origin.id);
  Object.defineProperty(entity, VERSION, { value: origin.version });
  Object.defineProperty(entity, CHANGE, { value: change });
  rememberOrigin(entity, origin);
  return entity as Stored<T>;
}
