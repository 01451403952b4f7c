import { createHash } from 'node:crypto';
import { taskId, type TaskKey } from '@nestjs-spark/contracts';

/** The collection of everything that is remembered about set-aside documents. */
export const SET_ASIDE = 'SparkSetAside';

/** A store bounds its ids, and the document's own may use all of that. */
const MOST_BYTES = 256;
/** Stores take neither control characters nor these at an id's end. */
const PLAIN = /^\P{Cc}*[^/|\p{Cc}]$/u;

export function setAsidePrefix(task: TaskKey): string {
  return `sparkSetAside/${taskId(task)}/`.toLowerCase();
}

/**
 * Where a document's entry is kept; ids compare without regard to case. Each reading of the source has entries of its own, so
 * that an instance that is late cannot write over what a newer one has to say.
 */
export function setAsideId(task: TaskKey, incarnation: string, documentId: string): string {
  const own = documentId.toLowerCase();
  const plain = Buffer.byteLength(own) <= MOST_BYTES && PLAIN.test(own) && own.isWellFormed();
  const name = plain ? own : `sha256-${createHash('sha256').update(own).digest('hex')}`;
  return `${setAsidePrefix(task)}${incarnation.toLowerCase()}/${name}`;
}

/** Counts the documents that are not kept one by one. */
export function beyondId(task: TaskKey): string {
  return `sparkSetAsideBeyond/${taskId(task)}`;
}

/** What somebody wants to have run again. */
export function retryId(task: TaskKey): string {
  return `sparkSetAsideRetry/${taskId(task)}`;
}
