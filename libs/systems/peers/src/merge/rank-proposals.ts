import type { PeerEvent } from './event.ts';

/** The result of one node's resolver for a set of heads. */
export interface Proposal {
  readonly node: string;
  /** The resolver's version. */
  readonly version: number;
  /** The document as JSON text; null to delete it. */
  readonly content: string | null;
}

/** The proposal that counts on every node: the highest version, then the highest text. */
export function bestProposal(proposals: readonly [Proposal, ...Proposal[]]): Proposal {
  return proposals.reduce((best, one) => (compareProposals(one, best) > 0 ? one : best));
}

/** Nodes whose resolvers of the same version disagree, which means that the resolver is not deterministic. Empty if all agree. */
export function disagreeing(proposals: readonly Proposal[]): string[] {
  const byVersion = Map.groupBy(proposals, ({ version }) => version);
  const split = [...byVersion.values()].filter(
    (same) => new Set(same.map(({ content }) => content)).size > 1,
  );
  return [...new Set(split.flat().map(({ node }) => node))].toSorted();
}

/** Compares two resolutions in the order of `bestProposal`. */
export function compareResolutions(one: PeerEvent, other: PeerEvent): number {
  return compareProposals(proposalOf(one), proposalOf(other));
}

/** The proposal in a resolution. */
export function proposalOf({ origin, resolverVersion, data }: PeerEvent): Proposal {
  return { node: origin, version: resolverVersion ?? 0, content: data };
}

function compareProposals(one: Proposal, other: Proposal): number {
  if (one.version !== other.version) return one.version - other.version;
  if (one.content === other.content) return 0;
  if (one.content === null || other.content === null) return one.content === null ? -1 : 1;
  return one.content < other.content ? -1 : 1;
}
