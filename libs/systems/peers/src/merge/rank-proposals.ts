import type { PeerEvent } from './event.ts';

/** What a node's resolver made of a set of heads. */
export interface Proposal {
  readonly node: string;
  /** The resolver's. */
  readonly version: number;
  /** The document as JSON text; null to delete it. */
  readonly content: string | null;
}

/** The proposal that holds on every node: the highest version, and within it the highest text. */
export function bestProposal(proposals: readonly [Proposal, ...Proposal[]]): Proposal {
  return proposals.reduce((best, one) => (compareProposals(one, best) > 0 ? one : best));
}

/** Nodes whose resolvers of one version disagree: such a resolver is not deterministic. Empty when they agree. */
export function disagreeing(proposals: readonly Proposal[]): string[] {
  const byVersion = Map.groupBy(proposals, ({ version }) => version);
  const split = [...byVersion.values()].filter(
    (same) => new Set(same.map(({ content }) => content)).size > 1,
  );
  return [...new Set(split.flat().map(({ node }) => node))].toSorted();
}

/** Two resolutions as `bestProposal` ranks them. */
export function compareResolutions(one: PeerEvent, other: PeerEvent): number {
  return compareProposals(proposalOf(one), proposalOf(other));
}

/** What a resolution proposes. */
export function proposalOf({ origin, resolverVersion, data }: PeerEvent): Proposal {
  return { node: origin, version: resolverVersion ?? 0, content: data };
}

function compareProposals(one: Proposal, other: Proposal): number {
  if (one.version !== other.version) return one.version - other.version;
  if (one.content === other.content) return 0;
  if (one.content === null || other.content === null) return one.content === null ? -1 : 1;
  return one.content < other.content ? -1 : 1;
}
