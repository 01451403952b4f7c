import type { MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';

/** Several feeds as server-sent events, until the reader leaves. */
export function sendEvents(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<JobEvent>)[],
): Observable<MessageEvent> {
  return new Observable((reader) => {
    const left = new AbortController();
    // An event without a sequence repeats the last one: Nest numbers events without an id itself, and a reader would resume there.
    let last = '';
    const pass = async (feed: AsyncIterable<JobEvent>): Promise<void> => {
      for await (const { sequence, type, data } of feed) {
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
