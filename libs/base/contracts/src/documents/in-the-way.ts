import { sameName } from '@nestjs-spark/foundation/internal';
import { isCopyOf, type CopyMarks } from './own-copies.ts';

/**
 * What a put may replace besides the copies of its own task. `own`: documents that the module wrote itself, which thereby become
 * copies. Copies of another task are never overwritten.
 */
export type Overwrite = 'own';

/** The existing document at an id that is to be put. */
export interface StandingDocument extends CopyMarks {
  id: string;
  collection: string;
}

/** The copy that should be there. */
export interface WantedCopy {
  collection: string;
  /** Its `spark-source`. */
  source: string | null;
}

/**
 * `free`: the put may replace it. `moved`: a copy of the same source document by another task of the same owner, from before the
 * document changed its collection; it is removed first. Otherwise the reason why it stays, for operators.
 */
export type Judgement = 'free' | 'moved' | { reason: string };

/** Whether a put of a copy of `name` may replace the document at its id. */
export function judgeStanding(
  name: string,
  overwrite: Overwrite | undefined,
  there: StandingDocument,
  wanted: WantedCopy | null,
): Judgement {
  const isSameCollection = wanted === null || sameName(there.collection, wanted.collection);
  if (there.generation === null) {
    if (overwrite === 'own' && isSameCollection) return 'free';
    return { reason: inTheWay(there, `a document of this module's own in ${there.collection}`) };
  }
  const isOwn = isCopyOf(name)(there);
  if (isOwn && isSameCollection) return 'free';
  if (isOwn || (there.copyOf !== null && wanted?.source === there.copyOf)) {
    return isSameCollection ? { reason: inTheWay(there, madeBy(there)) } : 'moved';
  }
  return { reason: inTheWay(there, madeBy(there)) };
}

function inTheWay({ id }: StandingDocument, what: string): string {
  return `Document ${JSON.stringify(id)} is ${what}, not a copy of this task, and is not overwritten`;
}

function madeBy({ generation, copyOf }: StandingDocument): string {
  const task = generation?.slice(0, generation.lastIndexOf(':')) ?? '';
  return `a copy of ${copyOf ?? 'an unknown document'} made by the task ${task}`;
}
