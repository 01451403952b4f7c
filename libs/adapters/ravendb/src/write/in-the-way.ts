import { NotACopyError } from '@nestjs-spark/contracts';
import {
  COPY_SOURCE,
  isCopyOf,
  judgeStanding,
  ravenKey,
  type Checkpoint,
  type Effect,
  type Overwrite,
  type WantedCopy,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { lookUp } from './find-copies.ts';
import type { Copy } from './own-copies.ts';
import { isOfAnother } from './shared-ids.ts';

/** What is stored under the ids that a set puts, as of when it was read. */
export interface Standing {
  /** Versions by RavenDB's key; an id that is missing here is free. */
  versions: Map<string, string>;
  /** Copies of the same documents in the collection that those have left; they are removed first. */
  moved: Copy[];
}

/**
 * Checks what a set would replace.
 * @param thorough also finds the task's own copies in another collection, for which every put has to be parsed
 * @throws {NotACopyError} naming everything that it must not replace
 */
export async function requireOwn(
  http: RavenHttp,
  name: string,
  overwrite: Overwrite | undefined,
  { puts }: Effect,
  thorough: boolean,
): Promise<Standing> {
  const own = isCopyOf(name);
  const byKey = new Map([...puts.values()].map((put) => [ravenKey(put.id), put]));
  const standing: Standing = { versions: new Map(), moved: [] };
  const inTheWay = new Map<string, string>();
  for (const there of await lookUp(
    http,
    [...byKey.values()].map(({ id }) => id),
  )) {
    const key = ravenKey(there.id);
    const put = byKey.get(key);
    const wanted = put && (thorough || !own(there)) ? wantedCopy(put.document) : null;
    const judged = judgeStanding(name, overwrite, there, wanted);
    if (judged === 'moved') standing.moved.push({ id: there.id, changeVector: there.changeVector });
    else if (judged === 'free') standing.versions.set(key, there.changeVector);
    else inTheWay.set(put?.id ?? there.id, judged.reason);
  }
  if (inTheWay.size > 0) throw new NotACopyError(inTheWay);
  return standing;
}

/** Those of the ids that hold something a put of the task would not replace. */
export async function findInTheWay(
  http: RavenHttp,
  name: string,
  ids: readonly string[],
  { overwrite, checkpoint }: { overwrite: Overwrite | undefined; checkpoint: Checkpoint | null },
): Promise<string[]> {
  const found = await lookUp(http, [...ids]);
  const byKey = new Map(found.map((there) => [ravenKey(there.id), there]));
  return ids.filter((id) => {
    const there = byKey.get(ravenKey(id));
    if (there === undefined) return false;
    const isHeld = typeof judgeStanding(name, overwrite, there, null) === 'object';
    return isHeld || (checkpoint !== null && isOfAnother(checkpoint, there, id));
  });
}

function wantedCopy(document: string): WantedCopy {
  const { '@metadata': metadata } = JSON.parse(document) as { '@metadata'?: Record<string, unknown> };
  const collection = metadata?.['@collection'];
  const source = metadata?.[COPY_SOURCE];
  return {
    collection: typeof collection === 'string' ? collection : '@empty',
    source: typeof source === 'string' ? source : null,
  };
}
