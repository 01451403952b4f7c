/** Identifies an event globally: the origin that wrote it, and its number there. Numbers start at 1 and have no gaps. */
export interface EventName {
  readonly origin: string;
  readonly number: number;
}

/** An event that no other event has seen: the state of its record, or one of several in conflict. */
export interface Head extends EventName {
  readonly hlc: number;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** One change of one record, as every node stores it. */
export interface PeerEvent extends Head {
  readonly entity: string;
  readonly recordId: string;
  readonly operation: Operation;
  /** The whole document as JSON text; null for a DELETE. */
  readonly data: string | null;
  /** Milliseconds since 1970 by the writer's own clock. For people only; it decides nothing. */
  readonly timestamp: number;
  /** The heads that the change replaced; for a resolution, the heads it resolves. */
  readonly sees: readonly EventName[];
  /** The resolver's version if this is a resolution, which is not a head; null for a write. */
  readonly resolverVersion: number | null;
  /** The number of the first event of its transaction. */
  readonly tx: number;
}

/** An event's name as text, such as `k3f9x2a1:17`. */
export function textOf({ origin, number }: EventName): string {
  return `${origin}:${number}`;
}

/** A set of heads as text, the same on every node. It serves as the record's version. */
export function headsText(heads: readonly EventName[]): string {
  const [first] = heads;
  return first && heads.length === 1 ? textOf(first) : heads.map(textOf).toSorted().join(',');
}

export function isSame(one: EventName, other: EventName): boolean {
  return one.origin === other.origin && one.number === other.number;
}
