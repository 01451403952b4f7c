import { ahead } from '@nestjs-spark/foundation/internal';
import type { SharedLogMessage } from '@nestjs-spark/jetstream/internal';
import { judgeMessage, openMessage, type ReadMessage, type Refusal } from '../carry/message.ts';
import type { NewLife } from '../receive/begin-new-life.ts';
import type { BatchBounds } from './in-batches.ts';

/** A message that was read, with its position and time even if it has no content. */
export interface Arrival {
  readonly sequence: number;
  readonly storedAt: number;
  /** How many messages followed it when it was sent. */
  readonly left: number;
  readonly message: ReadMessage;
}

/** A message that every node skips. */
export interface RefusedMessage {
  readonly sequence: number;
  /** The sender it claims; null if unreadable. */
  readonly node: string | null;
  readonly why: Refusal;
}

/** The outcome of the messages applied in one transaction. */
export interface Applied {
  readonly newLives: readonly NewLife[];
  readonly refused: readonly RefusedMessage[];
  /** The log's clock minus this one, if a message of this run has revealed it; null otherwise. */
  readonly clockMs: number | null;
  /** Whether another process has begun to work with the file since this one did. */
  readonly isShared: boolean;
}

/** How many messages may be verified before it is their turn. */
const AHEAD = 16;

/**
 * Reads the messages of the log. As long as many follow, their signatures are verified on other threads while this one applies the
 * messages before them. Their events are decoded only when it is their turn, since they take more memory.
 */
export async function* arrivals(
  messages: AsyncIterable<SharedLogMessage>,
  service: string,
): AsyncGenerator<Arrival> {
  for await (const { message, judged } of ahead(judge(messages, service), AHEAD)) {
    const { sequence, storedAt, left } = message;
    yield { sequence, storedAt, left, message: await openMessage(judged) };
  }
}

async function* judge(messages: AsyncIterable<SharedLogMessage>, service: string) {
  for await (const message of messages) {
    const on = message.left > AHEAD ? 'another-thread' : 'this-thread';
    yield { message, judged: await judgeMessage(message, service, on) };
  }
}

/** How often a steady stream of messages is applied. */
const EVERY_MS = 60;
/** How long a single message waits for others. */
const ALONE_MS = 20;

/**
 * Each transaction writes a dozen pages and costs as much as a dozen events, however little it applies. The limit on events gives other
 * work on the event loop its turn.
 */
export const BATCHES: BatchBounds<Arrival> = {
  mostItems: 64,
  mostWeight: 200,
  weigh: ({ message }) => ('events' in message ? message.events.length : 0),
  waitMs: (sinceMs) => Math.max(ALONE_MS, EVERY_MS - sinceMs),
};
