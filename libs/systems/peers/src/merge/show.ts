import type { PeerEvent } from './event.ts';
import { winnerOf } from './heads.ts';
import { bestProposal, proposalOf } from './rank-proposals.ts';
import { type ConflictResolver, foldHeads } from './resolve.ts';

/** How conflicts of an entity end: by a resolver, or with null by the stamps alone. */
export type PolicyOf = (entity: string) => ConflictResolver<object> | null;

/**
 * What a record's heads look like: the document as JSON text, null for none. Several heads look as the best resolution
 * says; without one, as this node's resolver says; and without that, as the winner says.
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
