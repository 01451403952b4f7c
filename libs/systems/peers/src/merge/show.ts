import type { PeerEvent } from './event.ts';
import { winnerOf } from './heads.ts';
import { bestProposal, proposalOf } from './rank-proposals.ts';
import { type ConflictResolver, foldHeads } from './resolve.ts';

/** How conflicts of an entity are resolved: by a resolver or, if null, by stamps alone. */
export type PolicyOf = (entity: string) => ConflictResolver<object> | null;

/**
 * What is shown of a record's heads: the document as JSON text, or null. Of several heads, it is the best resolution; without one, the
 * result of this node's resolver; without that, the winning head.
 */
export function shownOf(
  heads: readonly PeerEvent[],
  resolutions: readonly PeerEvent[],
  resolver: ConflictResolver<object> | null,
): string | null {
  const [first, ...rest] = heads;
  if (!first) return null;
  if (rest.length === 0) return first.data;
  const [proposal, ...proposals] = resolutions.map(proposalOf);
  if (proposal) return bestProposal([proposal, ...proposals]).content;
  const folded = resolver && foldHeads(resolver, heads);
  return folded && 'content' in folded ? folded.content : winnerOf([first, ...rest]).data;
}
