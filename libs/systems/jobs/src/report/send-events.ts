import type { MessageEvent } from '@nestjs/common';
import { sendFeed, type StreamedAnswer } from '@nestjs-spark/observability/internal';
import { scan, type Observable } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';

/** Several feeds as server-sent events. A reader that is cut off comes back with the last id that it has, and misses nothing. */
export function sendEvents(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<JobEvent>)[],
  answer: StreamedAnswer,
  patienceMs?: number,
): Observable<MessageEvent> {
  const sources = feeds.map((feed) => (signal: AbortSignal) => messagesOf(feed(signal)));
  // An event without a sequence repeats the last one: Nest numbers events without an id itself, and a reader would resume there. Which
  // one is the last is known only when it is sent.
  const withLastId = (last: MessageEvent, event: MessageEvent): MessageEvent => ({
    ...event,
    id: event.id ?? last.id ?? '',
  });
  return sendFeed(sources, answer, patienceMs).pipe(scan(withLastId, { data: {} }));
}

async function* messagesOf(events: AsyncIterable<JobEvent>): AsyncGenerator<MessageEvent> {
  for await (const { sequence, type, data } of events)
    yield { type, data, ...(sequence !== null && { id: String(sequence) }) };
}
