import { foldHeads } from '../merge/resolve.ts';
import type { PolicyOf } from '../merge/show.ts';
import type { PeerFile } from './peer-file.ts';

const MOST_AT_ONCE = 100;

/**
 * Says what this node's resolver makes of conflicts that have lain for long without a result: whoever wrote their heads is
 * away, or has an older resolver.
 * @param before when they have to have met, in milliseconds since 1970
 * @returns how many were settled
 */
export function proposeForOthers(file: PeerFile, policyOf: PolicyOf, before: number): number {
  let proposed = 0;
  for (const { entity, recordId } of file.openConflicts(before, MOST_AT_ONCE)) {
    const resolver = policyOf(entity);
    const heads = file.heads(entity, recordId);
    if (!resolver || heads.length < 2) continue;
    const isSaid = file
      .resolutions(heads)
      .some(({ resolverVersion }) => Number(resolverVersion) >= resolver.version);
    const folded = isSaid ? null : foldHeads(resolver, heads);
    if (!folded || !('content' in folded)) continue;
    file.propose(heads, folded.content, resolver.version);
    proposed++;
  }
  return proposed;
}
