import { collectionNameOf, type EntityClass } from '@nestjs-spark/store';

/** The collection of a class's documents, or null when the class has no name to tell it by. */
export function inferCollection(type: unknown): string | null {
  return isNamedClass(type) ? collectionNameOf(type) : null;
}

function isNamedClass(type: unknown): type is EntityClass {
  return typeof type === 'function' && type.name !== '';
}
