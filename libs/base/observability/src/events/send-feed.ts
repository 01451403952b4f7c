import { once, type EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';

/** What events are written to: Node's own response. */
export interface EventReader extends EventEmitter {
  /** Whether what was written waits for its reader. */
  readonly writableNeedDrain?: boolean;
  destroy(): unknown;
}

/** A response as a handler has it: of Express, or of Fastify, which has Node's own in it. */
export type StreamedAnswer = EventReader & { raw?: EventReader };

const PATIENCE_MS = 30_000;
/** Whether what was written is taken shows only after a turn of the event loop. */
const WRITTEN_IN_A_TURN = 32;

/**
 * What comes from one or several sources as server-sent events, until the reader leaves. It is read no faster than the reader takes what
 * is there. One that takes nothing for `patienceMs` is cut off: it connects again with the last id that it has.
 */
export function sendFeed(
  sources: readonly ((signal: AbortSignal) => AsyncIterable<MessageEvent>)[],
  answer: StreamedAnswer,
  patienceMs = PATIENCE_MS,
): Observable<MessageEvent> {
  const to = answer.raw ?? answer;
  return new Observable((reader) => {
    const left = new AbortController();
    let written = 0;
    const pass = async (source: AsyncIterable<MessageEvent>): Promise<void> => {
      for await (const event of source) {
        if (++written % WRITTEN_IN_A_TURN === 0) await turn();
        if (!(await isTaken(to, left.signal, patienceMs))) break;
        reader.next(event);
      }
    };
    Promise.all(sources.map((source) => pass(source(left.signal)))).then(
      () => reader.complete(),
      (error: unknown) => reader.error(error),
    );
    return () => left.abort();
  });
}

async function isTaken(to: EventReader, left: AbortSignal, patienceMs: number): Promise<boolean> {
  // Asked again after each wait: an event of another source may have filled it first.
  while (to.writableNeedDrain && !left.aborted) {
    const late = AbortSignal.timeout(patienceMs);
    await once(to, 'drain', { signal: AbortSignal.any([late, left]) }).catch(() => undefined);
    if (!late.aborted || !to.writableNeedDrain) continue;
    to.destroy();
    return false;
  }
  return !left.aborted;
}
