import { VersionConflictError } from '@nestjs-spark/contracts';
import type { ChangeSink, StoredCopy } from '@nestjs-spark/contracts/internal';
import { judgeFailure } from '../apply/judge-failure.ts';
import { judgeStray, type Seen } from './judge-copy.ts';

export interface GhostsParts {
  sink: Pick<ChangeSink, 'copies' | 'removeAsListed'>;
  /** The plain name of the copies. */
  name: string;
  owner: string;
  /** When the owner was asked, and up to where everything is applied now. */
  seen: () => Promise<Seen>;
}

/** How often a copy is checked again if it was written between the check and its removal. */
const TRIES = 3;

/**
 * Removes the copies at these ids that are still ghosts, each only in the version that was checked. The checkpoint is not part of it: where
 * changes are applied without a pause, it moves faster than ghosts can be removed after it. Whatever makes one of them a copy
 * again writes it, before the look (and it is newer than the owner's answer) or after it (and it has another version).
 *
 * @returns how many stay: those that were written meanwhile, and those that the store refuses to remove
 */
export async function removeGhosts(
  ids: readonly string[],
  parts: GhostsParts,
  tries = TRIES,
): Promise<number> {
  const { ghosts, newer } = await lookAt(ids, parts);
  try {
    if (ghosts.length > 0) await parts.sink.removeAsListed(ghosts);
    return newer;
  } catch (error) {
    const isWritten = error instanceof VersionConflictError;
    const cause = judgeFailure(error);
    if (!isWritten && cause !== 'content' && cause !== 'failed') throw error;
    if (ids.length === 1) return isWritten && tries > 1 ? removeGhosts(ids, parts, tries - 1) : 1;
    const half = Math.ceil(ids.length / 2);
    const first = await removeGhosts(ids.slice(0, half), parts);
    return first + (await removeGhosts(ids.slice(half), parts));
  }
}

async function lookAt(
  ids: readonly string[],
  { sink, name, owner, seen }: GhostsParts,
): Promise<{ ghosts: StoredCopy[]; newer: number }> {
  const copies = (await Array.fromAsync(sink.copies(name, ids))).flat();
  // Read after the copies: none of them can be newer than what is applied then.
  const until = await seen();
  const ghosts = copies.filter(
    (copy) => typeof judgeStray(copy, { name, source: owner }, until) === 'object',
  );
  return { ghosts, newer: copies.length - ghosts.length };
}
