import type { SharedLogMessage } from '@nestjs-spark/jetstream/internal';
import { decodeMessage, type ReadMessage, type Refusal } from '../carry/message.ts';
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
}

export async function arrivalOf(message: SharedLogMessage, service: string): Promise<Arrival> {
  const { sequence, storedAt, left } = message;
  return { sequence, storedAt, left, message: await decodeMessage(message, service) };
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
