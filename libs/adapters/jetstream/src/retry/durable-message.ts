import type { JsMsg } from '@nats-io/jetstream';
import { fromHeaders } from '../log/headers.ts';

/** One delivery of a durable message. */
export interface DurableMessage {
  subject: string;
  data: Uint8Array;
  headers: Record<string, string>;
  stream: string;
  sequence: number;
  /** ISO 8601. */
  publishedAt: string;
  /** 1 for the first. */
  attempt: number;
  /** Whether this is the last attempt: if it fails, the message becomes a dead letter. */
  last: boolean;
  /** @throws {SyntaxError} when the payload is not JSON */
  json<T>(): T;
}

export function toDurableMessage(message: JsMsg, attempt: number, last: boolean): DurableMessage {
  return {
    subject: message.subject,
    data: message.data,
    headers: fromHeaders(message.headers),
    stream: message.info.stream,
    sequence: message.seq,
    publishedAt: message.time.toISOString(),
    attempt,
    last,
    json: <T>() => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.data)) as T,
  };
}

/** The same for every delivery of a message to a consumer, and for no other message, even in a recreated stream. */
export function messageId(message: JsMsg): string {
  return `${message.info.consumer}.${message.seq}-${message.timestampNanos.toString(36)}`;
}
