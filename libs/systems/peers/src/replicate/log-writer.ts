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
/** How often a node that only reads acknowledges its position, in milliseconds. */
const ACK_MS = 1_000;
const MANY_EVENTS = 50;

/**
 * Publishes this node's messages to the log, one after the other. After an unknown outcome, the node first reads the log to its end: the file
 * confirms what it finds there.
 */
export class LogWriter {
  readonly #parts: LogWriterParts;
  /** Nothing is published before the log was read up to here. */
  #lookTo = Infinity;
  /** Whether the outcome of the last message is unknown. */
  #isInDoubt = false;
  #saidAt = -Infinity;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  /** @param end the end of the log, which has been reached */
  begin(end: number): void {
    this.#lookTo = end;
  }

  /** Called when the log cannot be reached. */
  suspend(): void {
    this.#lookTo = Infinity;
  }

  /**
   * Publishes the next message, if there is one.
   * @returns whether it had so few events that not many more can be waiting
   * @throws any error of the log: the reader finds out what became of the message
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
    // A power cut must not undo what the log says about this node.
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
