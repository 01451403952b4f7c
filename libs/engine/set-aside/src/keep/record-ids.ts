import { createHash } from 'node:crypto';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** The collection of everything that is remembered about records that are set aside. */
export const SET_ASIDE = 'SparkSetAside';

/** A store bounds its ids, and the record's own may use all of that. */
const MOST_BYTES = 256;

export function setAsidePrefix(name: string): string {
  return `sparkSetAside/${nameKey(name)}/`;
}

/** What every store keeps as it is, and tells apart as every other does. */
const PLAIN = /^[\x21-\x7e]*[^/|\0-\x20\x7f-\uffff]$/;

/**
 * Where a record's entry is kept. Each reading of the source has entries of its own, so that an instance that is late cannot
 * write over what a newer one has to say.
 * @param key the record's, by the rule of the store that named it
 */
export function setAsideId(name: string, incarnation: string, key: string): string {
  const isPlain = key.length <= MOST_BYTES && PLAIN.test(key);
  const place = isPlain ? key : `sha256-${createHash('sha256').update(key).digest('hex')}`;
  return `${setAsidePrefix(name)}${incarnation.toLowerCase()}/${place}`;
}

/** Counts the records that are not kept one by one. */
export function beyondId(name: string): string {
  return `sparkSetAsideBeyond/${nameKey(name)}`;
}

/** What is to be run again. */
export function rerunId(name: string): string {
  return `sparkSetAsideRetry/${nameKey(name)}`;
}
