import { describeError, type Logger } from '@nestjs-spark/foundation/internal';
import type { NodeState } from './node-report.ts';
import type { PeerLog } from './peer-log.ts';
import type { Snapshots } from './snapshots.ts';

export interface SnapshotKeeperParts {
  readonly log: Pick<PeerLog, 'describe'>;
  readonly snapshots: Pick<Snapshots, 'take' | 'latest'>;
  /** How many messages the log keeps after the latest snapshot before the next one is due. */
  readonly keepEvents: number;
  readonly logger: Logger;
  readonly state: NodeState;
  /** Aborts when the node stops. */
  readonly signal: AbortSignal;
  /** Whether this node is complete and connected to the log. */
  isAtWork(): boolean;
}

/** Takes snapshots, one at a time, however many callers ask for one. */
export class SnapshotKeeper {
  readonly #parts: SnapshotKeeperParts;
  #taking: Promise<number | null> | null = null;
  /** Whether this run has found another log than the previous one. */
  isReplaced = false;

  constructor(parts: SnapshotKeeperParts) {
    this.#parts = parts;
  }

  /**
   * Takes a snapshot now; a caller that asks during one waits for that one.
   * @returns its position in the log; null if the node is not complete or the log is unreachable
   */
  take(): Promise<number | null> {
    this.#taking ??= this.#takeOne().finally(() => (this.#taking = null));
    return this.#taking;
  }

  /** Begins a snapshot, unless one is being taken. @returns whether this node can take one */
  begin(): boolean {
    const { logger } = this.#parts;
    if (!this.#parts.isAtWork()) return false;
    this.take().catch((error: unknown) => {
      if (this.#parts.signal.aborted) return;
      logger.warn(`A snapshot that another node has asked for failed: ${describeError(error)}`);
    });
    return true;
  }

  /** Takes a snapshot if the log has grown enough, or is full of messages that one would replace: nobody could write any more. */
  async takeIfDue(): Promise<void> {
    const { log, snapshots, keepEvents, state } = this.#parts;
    if (!this.#parts.isAtWork()) return;
    const here = await log.describe();
    const latest = here && (await snapshots.latest(here));
    this.#know(latest?.cut ?? 0);
    // In a new log, nobody publishes the events of departed nodes again: nodes that join later need a snapshot.
    const isOwed = this.isReplaced && latest === null;
    const news = state.position - state.snapshot - state.signs;
    if (isOwed || news >= (state.isFull ? 1 : keepEvents)) await this.take();
    this.isReplaced = false;
  }

  async #takeOne(): Promise<number | null> {
    const { log, snapshots, state, signal } = this.#parts;
    const here = this.#parts.isAtWork() ? await log.describe() : null;
    if (here === null) return null;
    const cut = await snapshots.take(here.created, signal);
    this.#know(Math.max(state.snapshot, cut));
    return cut;
  }

  #know(cut: number): void {
    const { state } = this.#parts;
    if (cut !== state.snapshot) state.signs = 0;
    state.snapshot = cut;
  }
}
