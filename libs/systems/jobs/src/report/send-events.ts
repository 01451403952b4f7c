import { once } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';
import type { MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';

/** What events are written to. */
export interface EventReader extends NodeJS.EventEmitter {
  /** Whether it holds as much as it should until its reader has taken some. */
  readonly writableNeedDrain?: boolean;
  destroy(): unknown;
}

/** How long a reader that takes nothing is waited for; a program that is only slow takes something in this time. */
const PATIENCE_MS = 30_000;
/** What is written shows only after a turn of the event loop whether it was taken. */
const MOST_IN_A_TURN = 32;

/**
 * Several feeds as server-sent events, until the reader leaves. Nothing more is read for one that does not take what is there, and one
 * that takes nothing for `patienceMs` is cut off: it comes back with the last id that it has, and misses nothing.
 */
export function sendEvents(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<JobEvent>)[],
  to: EventReader,
  patienceMs = PATIENCE_MS,
): Observable<MessageEvent> {
  return new Observable((reader) => {
    const left = new AbortController();
    // An event without a sequence repeats the last one: Nest numbers events without an id itself, and a reader would resume there.
    let last = '';
    let written = 0;
    const pass = async (feed: AsyncIterable<JobEvent>): Promise<void> => {
      for await (const { sequence, type, data } of feed) {
        if (++written % MOST_IN_A_TURN === 0) await immediate();
        while (to.writableNeedDrain && !left.signal.aborted) {
          const late = AbortSignal.timeout(patienceMs);
          await once(to, 'drain', { signal: AbortSignal.any([late, left.signal]) }).catch(() => undefined);
          if (late.aborted && to.writableNeedDrain) to.destroy();
          if (late.aborted) break;
        }
        if (left.signal.aborted) return;
        if (sequence !== null) last = String(sequence);
        reader.next({ type, data, id: last });
      }
    };
    Promise.all(feeds.map((feed) => pass(feed(left.signal)))).then(
      () => reader.complete(),
      (error: unknown) => reader.error(error),
    );
    return () => left.abort();
  });
}
