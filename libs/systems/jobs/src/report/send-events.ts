import type { MessageEvent } from '@nestjs/common';
import { sendFeeds, type FeedEnds, type StreamedAnswer } from '@nestjs-spark/observability/internal';
import type { Observable } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';

/** Several feeds as server-sent events, until the reader leaves; see `sendFeed` for one that takes nothing. */
export function sendEvents(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<JobEvent>)[],
  answer: StreamedAnswer,
  ends?: FeedEnds,
): Observable<MessageEvent> {
  // An event without a sequence repeats the last one: Nest numbers events without an id itself, and a reader would resume there.
  let last = '';
  const messageOf = ({ sequence, type, data }: JobEvent): MessageEvent => {
    if (sequence !== null) last = String(sequence);
    return { type, data, id: last };
  };
  return sendFeeds(feeds, messageOf, answer, ends);
}
