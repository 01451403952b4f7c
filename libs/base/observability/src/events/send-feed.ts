import { once, type EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { MessageEvent } from '@nestjs/common';
import { longTimer } from '@nestjs-spark/foundation/internal';
import { Observable } from 'rxjs';

/** What events are written to: Node's own response. */
export interface EventReader extends EventEmitter {
  /** Whether what was written waits for its reader. */
  readonly writableNeedDrain?: boolean;
  destroy(): unknown;
}

/** A response as a handler has it: of Express, or of Fastify, which has Node's own in it. */
export type StreamedAnswer = EventReader & { raw?: EventReader };

/** What ends a feed besides its reader. */
export interface FeedEnds {
  /** A reader that takes nothing for so long is cut off. Default 30 s. */
  patienceMs?: number;
  /** When the answer ends, such as when the reader's token expires; in milliseconds since the epoch. Default: never. */
  endsAt?: number;
}

const PATIENCE_MS = 30_000;
/** Whether what was written is taken shows only after a turn of the event loop. */
const WRITTEN_IN_A_TURN = 32;

/**
 * A feed as server-sent events, until the reader leaves. It is read no faster than the reader takes what is there. One that takes
 * nothing for long is cut off: it connects again with the last id that it has.
 */
export function sendFeed(
  feed: (signal: AbortSignal) => AsyncIterable<MessageEvent>,
  answer: StreamedAnswer,
  ends: FeedEnds = {},
): Observable<MessageEvent> {
  return sendFeeds([feed], (event) => event, answer, ends);
}

/**
 * The same of several feeds together.
 * @param messageOf is asked as an event is written, so in the order in which the reader gets them
 */
export function sendFeeds<E>(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<E>)[],
  messageOf: (event: E) => MessageEvent,
  answer: StreamedAnswer,
  { patienceMs = PATIENCE_MS, endsAt = Infinity }: FeedEnds = {},
): Observable<MessageEvent> {
  const to = answer.raw ?? answer;
  return new Observable((reader) => {
    const leftMs = endsAt - Date.now();
    if (leftMs <= 0) return reader.complete();
    const ended = new AbortController();
    const stopTimer = longTimer(leftMs, () => {
      ended.abort();
      reader.complete();
    });
    let written = 0;
    const pass = async (feed: AsyncIterable<E>): Promise<void> => {
      for await (const event of feed) {
        if (++written % WRITTEN_IN_A_TURN === 0) await turn();
        if (!(await isTaken(to, ended.signal, patienceMs))) break;
        reader.next(messageOf(event));
      }
    };
    Promise.all(feeds.map((feed) => pass(feed(ended.signal)))).then(
      () => reader.complete(),
      (error: unknown) => reader.error(error),
    );
    return () => {
      stopTimer();
      ended.abort();
    };
  });
}

async function isTaken(to: EventReader, left: AbortSignal, patienceMs: number): Promise<boolean> {
  // Another feed may have written first when there was room again.
  while (to.writableNeedDrain && !left.aborted) {
    const late = AbortSignal.timeout(patienceMs);
    await once(to, 'drain', { signal: AbortSignal.any([late, left]) }).catch(() => undefined);
    if (!late.aborted || !to.writableNeedDrain) continue;
    to.destroy();
    return false;
  }
  return !left.aborted;
}
