import type { ConflictRow } from '@nestjs-spark/sqlite/internal';
import { compareHeads } from '../merge/heads.ts';
import { compareResolutions, disagreeing, proposalOf } from '../merge/rank-proposals.ts';
import { type ConflictResolver, foldHeads } from '../merge/resolve.ts';
import { eventView } from './event-view.ts';

/** A conflict as shown to people. */
export function conflictView(row: ConflictRow, resolver: ConflictResolver<object> | null) {
  const { recordId, at, ended, heads, resolutions } = row;
  const winner = heads
    .map(({ event }) => event)
    .toSorted(compareHeads)
    .at(-1);
  const [resolution] = resolutions
    .toSorted((one, other) => compareResolutions(one.event, other.event))
    .toReversed();
  return {
    recordId,
    at: new Date(at).toISOString(),
    ended: ended === null ? null : new Date(ended).toISOString(),
    heads: heads.map(({ event, node }) => eventView(event, node)),
    winner: winner ? { origin: winner.origin, number: winner.number } : null,
    resolution: resolution ? eventView(resolution.event, resolution.node) : null,
    reason: reasonOf(row, resolver),
  };
}

/** A textual explanation of the outcome. */
function reasonOf(
  { heads, resolutions, ended }: ConflictRow,
  resolver: ConflictResolver<object> | null,
): string {
  if (resolver === null) return 'the last change wins';
  const split = new Set(disagreeing(resolutions.map(({ event }) => proposalOf(event))));
  const nodes = resolutions
    .filter(({ event }) => split.has(event.origin))
    .map(({ event, node }) => node ?? event.origin);
  if (nodes.length > 0)
    return `resolvers of one version gave different results on ${[...new Set(nodes)].toSorted().join(' and ')}: such a resolver is not deterministic`;
  if (resolutions.length > 0) return 'a resolver settled it';
  if (ended !== null) return 'a later change ended it';
  const folded = foldHeads(
    resolver,
    heads.map(({ event }) => event),
  );
  return 'failure' in folded
    ? `the resolver failed: ${folded.failure}`
    : 'no resolution has been proposed yet; the last change is shown';
}
