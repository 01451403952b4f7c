import type { MessageEvent } from '@nestjs/common';
import { sendFeeds, type FeedEnds, type StreamedAnswer } from '@nestjs-spark/observability/internal';
import type { Observable } from 'rxjs';
import type { JobEvent } from '../serve/jobs.service.ts';

/**
 * Several feeds as server-sent events, until the reader leaves; see `sendFeed` for one that takes nothing.
 * @param after the last revision that the reader knows
 */
export function sendEvents(
  feeds: readonly ((signal: AbortSignal) => AsyncIterable<JobEvent>)[],
  answer: StreamedAnswer,
  { after, ...ends }: FeedEnds & { after?: number | undefined } = {},
): Observable<MessageEvent> {
  // An event without a sequence repeats the last one: Nest numbers events without an id itself, and a reader would resume there. An empty id would
  // make it forget where it is.
  let last = after === undefined ? '' : String(after);
  const messageOf = ({ sequence, type, data }: JobEvent): MessageEvent => {
    if (sequence !== null) last = String(sequence);
    return { type, data, id: last };
  };
  return sendFeeds(feeds, messageOf, answer, ends);
}
