import { isCollectionName, isName, SYSTEM_COLLECTIONS } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { collectionNameOf, type EntityClass } from '@nestjs-spark/store';

const NAME_RULE = 'a letter, then up to 63 letters, digits, "_" or "-"';

const COLLECTION_RULE =
  'a letter, then up to 127 letters, digits, spaces, ".", "_" or "-", no space or dot at the end';

/** The problem with a value that should be a name; null if there is none. */
export function nameProblem(value: unknown): { problem: string; remedy: string } | null {
  if (isName(value)) return null;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
  return { problem: `${shown} is not a valid name`, remedy: `Use ${NAME_RULE}` };
}

/** Like `nameProblem`; in addition, Spark's own collections are never copied. */
export function collectionProblem(value: unknown): { problem: string; remedy: string } | null {
  if (!isCollectionName(value)) {
    const { problem } = nameProblem(value) ?? { problem: `${JSON.stringify(value)} is not a valid name` };
    return { problem, remedy: `Use ${COLLECTION_RULE}` };
  }
  const system = SYSTEM_COLLECTIONS.find((name) => sameName(name, String(value)));
  return system
    ? { problem: `${system} is a collection of Spark's own`, remedy: 'Name another collection' }
    : null;
}

/** The collection of a class's documents; null for a class without a name. */
export function inferCollection(type: unknown): string | null {
  return isNamedClass(type) ? collectionNameOf(type) : null;
}

function isNamedClass(type: unknown): type is EntityClass {
  return typeof type === 'function' && type.name !== '';
}
