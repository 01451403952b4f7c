import { createHash } from 'node:crypto';
import { isName } from './name.ts';

const COLLECTION = /^\p{L}(?:[\p{L}\p{M}\p{N} ._-]{0,126}[\p{L}\p{M}\p{N}_-])?$/u;
const SLUG_LENGTH = 48;

/**
 * Says whether `value` can name a collection that travels: a letter, then up to 127 letters and digits of any script, spaces,
 * `.`, `_` or `-`; no space or dot at the end.
 */
export function isCollectionName(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && COLLECTION.test(value);
}

/**
 * The name of a task that declares none: its collection's. One that subjects and paths do not allow becomes a name of ASCII
 * letters that ends in a hash: `Gebrauchte Wagen` becomes `Gebrauchte-Wagen-1f2e3d4c`.
 */
export function taskNameOf(collection: string): string {
  const given: unknown = collection;
  if (isName(given)) return given;
  const plain = collection
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  const slug = plain
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, SLUG_LENGTH)
    .replace(/(?<!-)-+$/, '');
  const mark = createHash('sha256').update(collection.toLowerCase()).digest('hex').slice(0, 8);
  return `${slug === '' ? 'c' : slug}-${mark}`;
}
