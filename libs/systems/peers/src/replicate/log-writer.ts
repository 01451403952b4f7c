import { LogConflictError, LogFullError } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import { encodeOutgoing, type Writer } from '../carry/message.ts';
import { saidBy } from '../publish/next-message.ts';
import type { SaidTo } from '../publish/said.ts';
import type { NodeState } from './node-report.ts';
import type { PeerLog } from './peer-log.ts';
import type { PeerStore } from './peer-store.ts';

export interface LogWriterParts {
  readonly writer: Writer;
  readonly store: Pick<PeerStore, 'nextMessage' | 'sync' | 'forgetTail'>;
  readonly log: Pick<PeerLog, 'describe' | 'append' | 'tailOf'>;
  readonly state: Pick<NodeState, 'log' | 'position' | 'isFull' | 'expire'>;
}

const FULL_MS = 5_000;
/** How often a node that only reads acknowledges its position, in milliseconds. */
const ACK_MS = 1_000;
const MANY_EVENTS = 50;

/**
 * Publishes what a node has to publish, one message after the other. After anything whose outcome it does not know, the node first
 * reads up to the current end of the log: the file confirms what it finds. While much is left to publish, the log's answer is enough
 * for the next message: after a long absence, others need not wait until this node has read what they wrote meanwhile.
 */
export class LogWriter {
  readonly #parts: LogWriterParts;
  readonly #said = new Map<string, SaidTo>();
  /** Nothing is published before this is read. */
  #lookTo = Infinity;
  /** Whether the outcome of the last message is unknown. */
  #isInDoubt = false;
  /** Whether this run has read what it had to, and so knows everything in the log from its own origins. */
  #hasLooked = false;
  #saidAt = -Infinity;
  /** How many times the log was reached. */
  #begun = 0;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  /**
   * @param end the log's end, now that it was reached
   * @param isAsLeft whether this is the log that this run has read before, with nothing missing: anything of this node in it that the
   * file does not know has moved the end of its origin, and a message that does not follow that end is refused
   */
  begin(end: number, isAsLeft = false): void {
    this.#begun++;
    this.#said.clear();
    this.#hasLooked &&= isAsLeft;
    this.#lookTo = this.#hasLooked ? 0 : end;
    this.#isInDoubt = false;
  }

  /** Called when the log cannot be reached. */
  suspend(): void {
    this.#lookTo = Infinity;
  }

  /**
   * Publishes what is next, if anything, and continues while there is much.
   * @returns whether the last message had so few events that there cannot be many more
   * @throws what the log throws: the reader finds out whether the message was stored
   */
  async say(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const said = await this.#sayNext(signal);
      if (said !== 'much') return said === 'few';
    }
  }

  async #sayNext(signal: AbortSignal): Promise<'none' | 'few' | 'much'> {
    const { writer, store, log, state } = this.#parts;
    if (this.#isInDoubt && state.log === 'connected') {
      this.#said.clear();
      this.#lookTo = (await log.describe())?.lastSequence ?? Infinity;
      this.#isInDoubt = false;
    }
    if (signal.aborted || state.log === 'away' || state.position < this.#lookTo) return 'none';
    this.#hasLooked = true;
    const begun = this.#begun;
    const mayAck = performance.now() - this.#saidAt >= ACK_MS;
    const next = await store.nextMessage(mayAck, this.#said, state.expire);
    if (!next) return 'none';
    const message = await encodeOutgoing(writer, next);
    // A power cut must not undo what the log says about this node.
    await store.sync();
    // The log was reached again meanwhile, and may be another one: that is read first.
    if (begun !== this.#begun) return 'none';
    const before = this.#lookTo;
    this.#lookTo = Infinity;
    this.#saidAt = performance.now();
    const isMuch = next.kind === 'events' && next.events.length >= MANY_EVENTS;
    try {
      const sequence = await log.append(next.origin, message, next.tail);
      // The connection to the log was restored meanwhile, and it may be another log.
      if (begun !== this.#begun) this.#isInDoubt = true;
      else {
        state.isFull = false;
        if ('expire' in next) state.expire = null;
        this.#said.set(next.origin, saidBy(next, sequence));
        this.#lookTo = isMuch ? before : sequence;
      }
    } catch (error) {
      if (error instanceof LogFullError) {
        state.isFull = true;
        if (begun === this.#begun) this.#lookTo = before;
        await pause(FULL_MS, signal);
      } else this.#isInDoubt = true;
      if (error instanceof LogConflictError && (await log.tailOf(next.origin)) === 0)
        await store.forgetTail(next.origin);
      throw error;
    }
    if (isMuch) return 'much';
    return next.kind === 'events' ? 'few' : 'none';
  }
}
