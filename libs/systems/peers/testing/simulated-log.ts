import type { SnapshotHead } from '../src/join/take-snapshot.ts';
import type { PeerEvent } from '../src/merge/event.ts';

export interface LogMessage {
  sequence: number;
  origin: string;
  events: readonly PeerEvent[];
  isForged: boolean;
  /** An operator closed the origin: its node continues under another. */
  isClose?: boolean;
  /** The claimed sender, and what it acknowledges; forged messages never establish membership. */
  node?: string;
  ack?: number;
  /** Whether it only acknowledges. */
  isAck?: boolean;
  /** The stamp below which deletes are forgotten at this place. */
  expire?: number;
}

/** A complete snapshot; it is never visible before. */
export interface Snapshot {
  head: SnapshotHead;
  pages: PeerEvent[][];
}

/** A log with a fence per origin, and what was trimmed from it. */
export class SimulatedLog {
  /** Everything that was ever published, trimmed or not. */
  readonly said: LogMessage[] = [];
  readonly #tails = new Map<string, number>();
  #goneTo = 0;
  /** The snapshot that reaches furthest. */
  snapshot: Snapshot | null = null;

  get end(): number {
    return this.said.length;
  }

  get tails(): [string, number][] {
    return [...this.#tails];
  }

  tailOf(origin: string): number {
    return this.#tails.get(origin) ?? 0;
  }

  append(message: Omit<LogMessage, 'sequence'>): number {
    const sequence = this.said.length + 1;
    this.said.push({ ...message, sequence });
    this.#tails.set(message.origin, sequence);
    return sequence;
  }

  /** The next message that still exists. */
  after(position: number): LogMessage | null {
    const isThere = ({ sequence, origin }: LogMessage) =>
      sequence > this.#goneTo || this.tailOf(origin) === sequence;
    return this.said.slice(position).find(isThere) ?? null;
  }

  /** Stores a snapshot, and trims what it covers; the last message of each origin stays as its fence. */
  keep(snapshot: Snapshot): void {
    if (snapshot.head.cut <= (this.snapshot?.head.cut ?? 0)) return;
    this.snapshot = snapshot;
    this.#goneTo = snapshot.head.cut;
  }
}
