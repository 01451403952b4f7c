import { LogConflictError, LogFullError } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import { encodeOutgoing, type Writer } from '../carry/message.ts';
import type { NodeState } from './node-report.ts';
import type { PeerLog } from './peer-log.ts';
import type { PeerStore } from './peer-store.ts';

export interface LogWriterParts {
  readonly writer: Writer;
  readonly store: Pick<PeerStore, 'nextMessage' | 'sync' | 'forgetTail'>;
  readonly log: Pick<PeerLog, 'describe' | 'append' | 'tailOf'>;
  readonly state: Pick<NodeState, 'log' | 'position'>;
}

const FULL_MS = 5_000;
/** How often a node that only reads says how far it is. */
const ACK_MS = 1_000;
const MANY_EVENTS = 50;

/**
 * Says in the log what a node has to say, one message after the other. After anything that it does not know the outcome of, the
 * node first reads up to where the log is then: the file confirms what it finds.
 */
export class LogWriter {
  readonly #parts: LogWriterParts;
  /** Nothing is said before this is read. */
  #lookTo = Infinity;
  /** The outcome of the last message is not known. */
  #isInDoubt = false;
  #saidAt = -Infinity;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  /** @param end the log's end, now that it was reached */
  begin(end: number): void {
    this.#lookTo = end;
  }

  /** The log cannot be reached. */
  suspend(): void {
    this.#lookTo = Infinity;
  }

  /**
   * Says what is next, if anything is.
   * @returns whether it has said so few events that there cannot be many more
   * @throws what the log throws: whatever became of the message, the reader finds out
   */
  async say(signal: AbortSignal): Promise<boolean> {
    const { writer, store, log, state } = this.#parts;
    if (this.#isInDoubt && state.log === 'connected') {
      this.#lookTo = (await log.describe())?.lastSequence ?? Infinity;
      this.#isInDoubt = false;
    }
    if (signal.aborted || state.log === 'away' || state.position < this.#lookTo) return false;
    const mayAck = performance.now() - this.#saidAt >= ACK_MS;
    const next = await store.nextMessage(mayAck);
    if (!next) return false;
    const message = await encodeOutgoing(writer, next);
    // What the log says of this node must not be taken back by a power cut.
    await store.sync();
    const before = this.#lookTo;
    this.#lookTo = Infinity;
    this.#saidAt = performance.now();
    try {
      this.#lookTo = await log.append(next.origin, message, next.tail);
    } catch (error) {
      if (error instanceof LogFullError) {
        this.#lookTo = before;
        await pause(FULL_MS, signal);
      } else this.#isInDoubt = true;
      if (error instanceof LogConflictError && (await log.tailOf(next.origin)) === 0)
        await store.forgetTail(next.origin);
      throw error;
    }
    return next.kind === 'events' && next.events.length < MANY_EVENTS;
  }
}
