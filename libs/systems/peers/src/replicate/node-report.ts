import type { Logger } from '@nestjs-spark/foundation/internal';
import type { Arrival, RefusedMessage } from './arrival.ts';

const MOST_REFUSALS = 20;

/** A node's state. */
export interface NodeState {
  isReady: boolean;
  /** Why it is not ready; null if it is. */
  reason: string | null;
  log: 'connected' | 'away';
  /** Whether the log has refused the latest message because it is at its limit. */
  isFull: boolean;
  position: number;
  /** The end of the log as far as the node knows: when it asked, and once it is ready, when the last message was sent. */
  target: number;
  /** The number of messages that every node skips, among those read in this run. */
  refused: number;
  /** The latest refused messages. */
  refusals: RefusedMessage[];
  isLoading: boolean;
  /** The position of the latest snapshot that this node knows. */
  snapshot: number;
  /** The number of messages without events read since that snapshot became known in this run: they are no reason for another one. */
  signs: number;
  /** The stamp below which lone deletes are to be forgotten, which the next message without events says; null for none. */
  expire: number | null;
  /** The log's clock minus that of this process; null until a message of this run has revealed it. */
  clockMs: number | null;
  /** Messages per second that this run applied before it was ready; null if it has not applied any. */
  perSecond: number | null;
}

/** A node's state, and the listeners for its changes. */
export class NodeReport {
  readonly state: NodeState = {
    isReady: false,
    reason: 'the store is not prepared yet',
    log: 'away',
    isFull: false,
    position: 0,
    target: 0,
    refused: 0,
    refusals: [],
    isLoading: false,
    snapshot: 0,
    signs: 0,
    expire: null,
    clockMs: null,
    perSecond: null,
  };
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #lagListeners = new Set<(seconds: number) => void>();
  #isShared = false;
  /** The position and time at which this run began to apply messages. */
  #began: { position: number; at: number } | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns a function that unsubscribes */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onLag(listener: (seconds: number) => void): void {
    this.#lagListeners.add(listener);
  }

  becomeReady(): void {
    this.state.isReady = true;
    this.state.reason = null;
    this.#changed();
  }

  reach(log: NodeState['log']): void {
    const isNew = this.state.log !== log;
    this.state.log = log;
    if (isNew) this.#changed();
  }

  /** Sets the reason why the node is not ready yet. */
  say(reason: string): void {
    if (!this.state.isReady) this.state.reason = reason;
  }

  /** @param clockMs the log's clock minus this process's; null until a message of this run has revealed it */
  noteApplied(batch: readonly Arrival[], clockMs: number | null): void {
    this.#began ??= { position: this.state.position, at: performance.now() };
    this.state.position = batch.at(-1)?.sequence ?? this.state.position;
    this.state.signs += batch.filter(
      ({ message }) => message.kind === 'ack' || message.kind === 'join',
    ).length;
    this.state.clockMs = clockMs ?? this.state.clockMs;
    if (!this.state.isReady) {
      const seconds = (performance.now() - this.#began.at) / 1_000;
      if (seconds > 0) this.state.perSecond = (this.state.position - this.#began.position) / seconds;
      return;
    }
    const last = batch.at(-1);
    this.state.target = Math.max(this.state.target, last ? last.sequence + last.left : 0);
    const now = Date.now() + (this.state.clockMs ?? 0);
    for (const { storedAt } of batch)
      for (const listener of this.#lagListeners) listener(Math.max(0, now - storedAt) / 1_000);
  }

  noteRefused(refused: readonly RefusedMessage[]): void {
    const [first] = refused;
    if (first && this.state.refused === 0)
      this.#logger.warn(
        `Message ${first.sequence} of the log is not from a node (${first.why}), and every node skips it. The status counts and lists such messages.`,
      );
    this.state.refused += refused.length;
    this.state.refusals = [...this.state.refusals, ...refused].slice(-MOST_REFUSALS);
  }

  noteShared(): void {
    if (!this.#isShared)
      this.#logger.warn(
        'Another process has opened the file of this replica since, or a backup was put in its place: let one process work with it, and restart that one after a restore',
      );
    this.#isShared = true;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
