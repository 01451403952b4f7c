import type { SharedLogMessage } from '@nestjs-spark/jetstream/internal';
import { decodeMessage, type ReadMessage, type Refusal } from '../carry/message.ts';
import type { NewLife } from '../receive/begin-new-life.ts';

/** A message that was read, with its place and time even when it says nothing. */
export interface Arrival {
  readonly sequence: number;
  readonly storedAt: number;
  readonly message: ReadMessage;
}

/** A message that every node skips. */
export interface RefusedMessage {
  readonly sequence: number;
  /** Who it says it is from; null when that cannot be read. */
  readonly node: string | null;
  readonly why: Refusal;
}

/** The outcome of the messages of one transaction. */
export interface Applied {
  readonly newLives: readonly NewLife[];
  readonly refused: readonly RefusedMessage[];
  /** The log's clock less this one, when a message of this run has told it; null otherwise. */
  readonly clockMs: number | null;
}

export async function arrivalOf(message: SharedLogMessage, service: string): Promise<Arrival> {
  const { sequence, storedAt } = message;
  return { sequence, storedAt, message: await decodeMessage(message, service) };
}
