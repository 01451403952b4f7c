import type { SnapshotHead } from '../src/join/take-snapshot.ts';
import type { PeerEvent } from '../src/merge/event.ts';

export interface LogMessage {
  sequence: number;
  origin: string;
  events: readonly PeerEvent[];
  isForged: boolean;
  /** An operator has closed the origin: its node continues under another. */
  isClose?: boolean;
  /** Who says it, and what it has acknowledged; nobody is a member by what is forged. */
  node?: string;
  ack?: number;
  /** It says nothing else. */
  isAck?: boolean;
}

/** A snapshot that is complete: nothing of it is seen before. */
export interface Snapshot {
  head: SnapshotHead;
  pages: PeerEvent[][];
}

/** One log with a fence for each origin, and what was trimmed from it. */
export class SimulatedLog {
  /** All that was ever said, trimmed or not. */
  readonly said: LogMessage[] = [];
  readonly #tails = new Map<string, number>();
  #goneTo = 0;
  /** The one that reaches furthest. */
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

  /** The next message that is there. */
  after(position: number): LogMessage | null {
    const isThere = ({ sequence, origin }: LogMessage) =>
      sequence > this.#goneTo || this.tailOf(origin) === sequence;
    return this.said.slice(position).find(isThere) ?? null;
  }

  /** Puts a snapshot in its place, and trims what is in it; the last message of each origin stays as its fence. */
  keep(snapshot: Snapshot): void {
    if (snapshot.head.cut <= (this.snapshot?.head.cut ?? 0)) return;
    this.snapshot = snapshot;
    this.#goneTo = snapshot.head.cut;
  }
}
