import type { EntityFigures, MemberRow } from '@nestjs-spark/sqlite/internal';
import type { Heartbeat, PolicyView } from '../presence/heartbeat.ts';
import type { RefusedMessage } from '../replicate/arrival.ts';

/** The state of one collection on a node. */
export interface EntityStatus extends Omit<EntityFigures, 'conflicts'> {
  policy: string;
  /** Null if the last write wins. The fingerprint shows whether two nodes run the same code. */
  resolver: { version: number; fingerprint: string } | null;
  conflicts: EntityFigures['conflicts'] & {
    /** Open conflicts without a result of a resolver, so that the last write is shown. Counted among the latest 100. */
    unresolved: number;
    /** Conflicts for which resolvers of the same version gave different results. Counted among the latest 100. */
    notDeterministic: number;
  };
  /**
   * The digest of all its records: equal on nodes with the same content; null before the first comparison. It is that of the last one,
   * except over HTTP up to 2,000 documents: then it is current.
   */
  digest: string | null;
}

/** Another node, or this one. */
export interface MemberStatus {
  node: string;
  origin: string;
  /** What it reports about itself; `away` when it is not heard from, `retired` when it is not expected to return. */
  state: string;
  /** The position up to which it has acknowledged the log; null if it has never written. */
  acked: number | null;
  /** The position up to which it has applied the log; null if it is away. */
  position: number | null;
  /** When its last heartbeat was sent or its last message was stored; null if never. */
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
    /** Whether it is at its limit: changes stay in the file, and `backlog` grows, until it has room again. */
    full: boolean;
    created: string | null;
    position: number;
    last: number;
    /** Up to where every member that is not retired has acknowledged the log: nobody needs anything before that again. */
    lowWater: number;
    /** The position of the latest snapshot that this node knows, up to which the log is trimmed; 0 if none. */
    snapshot: number;
  };
  /** The number of own events that are not known to be in the log. */
  backlog: number;
  /** The number of messages in the log that no node can have written, or that were signed by another. */
  refused: number;
  /** The latest of them since this process started: whom it claims to be from, and why every node skips it. */
  refusals: RefusedMessage[];
  members: MemberStatus[];
  entities: EntityStatus[];
  /** Collections with `enabled: false`, which are not replicated on this node. */
  disabled: string[];
  /** The estimated seconds until the log is applied, at the pace of this run; null if unknown. */
  etaSeconds: number | null;
  /** Changes of an earlier life of this file that lost to others' and that nobody has applied or dropped. */
  stash: number;
  newLives: { at: string; why: string }[];
  /** The log's clock minus that of this node. */
  clockOffsetMs: number;
}

/** The members according to the log and their heartbeats. */
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
  // It has applied whatever it has acknowledged since its heartbeat.
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
