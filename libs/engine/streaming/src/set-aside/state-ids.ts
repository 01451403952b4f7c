import { createHash } from 'node:crypto';
import { taskId, type TaskKey } from '@nestjs-spark/contracts';

/** The collection of everything that is remembered about set-aside documents. */
export const SET_ASIDE = 'SparkSetAside';

/** A store bounds its ids, and the document's own may use all of that. */
const MOST_BYTES = 256;

export function setAsidePrefix(task: TaskKey): string {
  return `sparkSetAside/${taskId(task)}/`;
}

/** What every store keeps as it is, and tells apart as every other does. */
const PLAIN = /^[\x21-\x7e]*[^/|\0-\x20\x7f-\uffff]$/;

/**
 * Where a document's entry is kept. Each reading of the source has entries of its own, so that an instance that is late cannot
 * write over what a newer one has to say.
 * @param key the document's, by its owner's rule
 */
export function setAsideId(task: TaskKey, incarnation: string, key: string): string {
  const isPlain = key.length <= MOST_BYTES && PLAIN.test(key);
  const name = isPlain ? key : `sha256-${createHash('sha256').update(key).digest('hex')}`;
  return `${setAsidePrefix(task)}${incarnation.toLowerCase()}/${name}`;
}

/** Counts the documents that are not kept one by one. */
export function beyondId(task: TaskKey): string {
  return `sparkSetAsideBeyond/${taskId(task)}`;
}

/** What somebody wants to have run again. */
export function rerunId(task: TaskKey): string {
  return `sparkSetAsideRetry/${taskId(task)}`;
}
