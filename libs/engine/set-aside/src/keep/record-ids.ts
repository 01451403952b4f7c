import { createHash } from 'node:crypto';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** The collection of everything recorded about set-aside records. */
export const SET_ASIDE = 'SparkSetAside';

/** Stores limit the length of ids, and the record's own id may use all of it. */
const MOST_BYTES = 256;

export function setAsidePrefix(name: string): string {
  return `sparkSetAside/${nameKey(name)}/`;
}

/** What every store keeps unchanged and compares alike. */
const PLAIN = /^[\x21-\x7e]*[^/|\0-\x20\x7f-\uffff]$/;

/**
 * The id of a record's entry. Each reading of the source has its own entries, so that a late instance cannot overwrite those of a
 * newer one.
 * @param key the record's, by the rule of the store that assigned its id
 */
export function setAsideId(name: string, incarnation: string, key: string): string {
  const isPlain = key.length <= MOST_BYTES && PLAIN.test(key);
  const place = isPlain ? key : `sha256-${createHash('sha256').update(key).digest('hex')}`;
  return `${setAsidePrefix(name)}${incarnation.toLowerCase()}/${place}`;
}

/** Id of the count of records that are not kept individually. */
export function beyondId(name: string): string {
  return `sparkSetAsideBeyond/${nameKey(name)}`;
}

/** Id of the pending rerun request. */
export function rerunId(name: string): string {
  return `sparkSetAsideRetry/${nameKey(name)}`;
}
