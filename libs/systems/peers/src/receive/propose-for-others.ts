import { foldHeads } from '../merge/resolve.ts';
import type { PolicyOf } from '../merge/show.ts';
import type { PeerFile } from './peer-file.ts';
import { showHeads } from './show-heads.ts';

const MOST_AT_ONCE = 100;

/** A collection with a resolver, and the last of its conflicts that was looked at. */
export interface Settling {
  readonly entity: string;
  readonly after: number;
}

export interface Settled {
  readonly proposed: number;
  readonly after: number | null;
}

/**
 * Says what this node's resolver makes of conflicts that have lain for long without a result: whoever wrote their heads is
 * away, or has an older resolver.
 * @param before when they have to have met, in milliseconds since 1970
 * @returns how many were settled, and where to go on; null when all of them have been looked at
 */
export function proposeForOthers(
  file: PeerFile,
  policyOf: PolicyOf,
  { entity, after }: Settling,
  before: number,
): Settled {
  const resolver = policyOf(entity);
  if (!resolver) return { proposed: 0, after: null };
  const open = file.openConflicts(entity, { before, after, limit: MOST_AT_ONCE });
  let proposed = 0;
  for (const { recordId } of open) {
    const heads = file.heads(entity, recordId);
    if (heads.length < 2) continue;
    const isSaid = file
      .resolutions(heads)
      .some(({ resolverVersion }) => Number(resolverVersion) >= resolver.version);
    const folded = isSaid ? null : foldHeads(resolver, heads);
    if (!folded || !('content' in folded)) continue;
    file.propose(heads, folded.content, resolver.version);
    // An older resolver's result is shown until then, and the log does not bring this node what it has said itself.
    showHeads(file, { entity, recordId, heads }, policyOf);
    proposed++;
  }
  return { proposed, after: open.length < MOST_AT_ONCE ? null : (open.at(-1)?.number ?? null) };
}
