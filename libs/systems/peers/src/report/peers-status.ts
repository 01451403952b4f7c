import type { EntityFigures, MemberRow } from '@nestjs-spark/sqlite/internal';
import type { Heartbeat, PolicyView } from '../presence/heartbeat.ts';
import type { RefusedMessage } from '../replicate/arrival.ts';

/** What a node has of one collection. */
export interface EntityStatus extends Omit<EntityFigures, 'conflicts'> {
  policy: string;
  /** Null when the last change wins. A fingerprint tells whether two nodes run the same code. */
  resolver: { version: number; fingerprint: string } | null;
  conflicts: EntityFigures['conflicts'] & {
    /** Open ones for which no resolver has given a result: the last change is shown. Of the latest 100. */
    unresolved: number;
    /** Those for which resolvers of one version gave different results. Of the latest 100. */
    notDeterministic: number;
  };
  /**
   * Of all its records: equal on nodes that have the same. With up to 2,000 documents as of now when the status is asked for over
   * HTTP, otherwise as of the last comparison; null before the first.
   */
  digest: string | null;
}

/** Another node, or this one. */
export interface MemberStatus {
  node: string;
  origin: string;
  /** What it reports about itself; `away` when it is not heard from, `retired` when it is not expected to return. */
  state: string;
  /** Up to where it has acknowledged the log; null when it has said nothing there. */
  acked: number | null;
  /** Up to where it has applied the log; null when it is away. */
  position: number | null;
  /** When it last said something, or its last message was stored; null when it never has. */
  lastSeen: string | null;
  clockOffsetMs: number | null;
  policies: Record<string, PolicyView>;
}

/** A node's report on itself and on the other nodes that it knows. */
export interface PeersStatus {
  service: string;
  node: string;
  origin: string;
  state: 'ready' | 'joining' | 'loading' | 'catching-up';
  reason: string | null;
  log: {
    stream: string;
    state: 'connected' | 'away';
    created: string | null;
    position: number;
    last: number;
    /** Up to where every member that is not retired has acknowledged the log: nobody needs anything before that again. */
    lowWater: number;
    /** The place of the latest snapshot that this node knows, up to which the log is trimmed; 0 for none. */
    snapshot: number;
  };
  /** Own events that are not known to be in the log. */
  backlog: number;
  /** Messages in the log that no node can have written, or that another one has signed. */
  refused: number;
  /** The latest of them since this process started: whom it claims to be from, and why every node skips it. */
  refusals: RefusedMessage[];
  members: MemberStatus[];
  entities: EntityStatus[];
  /** Collections that are declared as replicated and are not on this node: `enabled` is false. */
  disabled: string[];
  /** In how many seconds the log is applied at the pace of this run; null when that is not known. */
  etaSeconds: number | null;
  /** Changes of an earlier life of this file that lost to others' and that nobody has applied or dropped. */
  stash: number;
  newLives: { at: string; why: string }[];
  /** The log's clock minus that of this node. */
  clockOffsetMs: number;
}

/** Members as the log and their heartbeats tell of them. */
export function membersOf(
  rows: readonly MemberRow[],
  beats: readonly Heartbeat[],
  own: Heartbeat,
): MemberStatus[] {
  const present = new Map([...beats, own].map((beat) => [beat.node, beat]));
  const acks = new Map(rows.map(({ node, ack }) => [node, ack]));
  const members = [
    ...[...present.values()].map((beat) => presentMember(beat, acks.get(beat.node) ?? null)),
    ...rows.filter(({ node }) => !present.has(node)).map(absentMember),
  ];
  return members.toSorted((one, other) => (one.node < other.node ? -1 : 1));
}

function presentMember(
  { node, origin, state, position, at, clockOffsetMs, policies }: Heartbeat,
  acked: number | null,
): MemberStatus {
  const lastSeen = new Date(at).toISOString();
  // What it has acknowledged since it was heard from, it has applied.
  const applied = Math.max(position, acked ?? 0);
  return { node, origin, state, acked, position: applied, lastSeen, clockOffsetMs, policies };
}

function absentMember({ node, origin, closed, heard, ack }: MemberRow): MemberStatus {
  return {
    node,
    origin,
    state: closed === null ? 'away' : 'retired',
    acked: ack,
    position: null,
    lastSeen: heard === null ? null : new Date(heard).toISOString(),
    clockOffsetMs: null,
    policies: {},
  };
}
