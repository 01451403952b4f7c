import type { ServerResponse } from 'node:http';
import { isSystem, type SystemList } from '../act/system-lists.ts';
import type { ConsoleState } from '../ask/state.ts';
import type { Aggregator } from '../keep/aggregator.ts';
import { deltaOf, isEmpty } from './patch.ts';
import type { SentStates } from './sent-states.ts';
import { listDelta, type SystemWatch } from './system-watch.ts';

const COMMENT_MS = 15_000;
/** A browser that stops reading is disconnected at this many unsent bytes, instead of buffering without limit. */
const MOST_UNSENT = 4 * 1024 * 1024;

export interface StreamParts {
  aggregator: Pick<Aggregator, 'state' | 'watch'>;
  sent: SentStates;
  systems: Pick<SystemWatch, 'watch'>;
}

export interface StreamOptions {
  /** `overview`, `copy:{id}`, or a system whose list is sent as well. */
  view: string;
  /** The sequence of the browser's last state; null if it has none. */
  after: number | null;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/**
 * Sends the full state once and then the changes, until the browser disconnects or the session ends. A browser that reconnects receives what it
 * missed.
 */
export function streamState(
  response: ServerResponse,
  { aggregator, sent, systems }: StreamParts,
  { view, after, endsAt }: StreamOptions,
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  const leaves: (() => void)[] = [];
  const end = (): void => {
    clearInterval(comment);
    for (const leave of leaves.splice(0)) leave();
    // Unsent data would keep the connection open until the browser reads it.
    if (response.writableLength > 0) response.destroy();
    else response.end();
  };
  const write = (text: string): void => {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > MOST_UNSENT || Date.now() > endsAt) return end();
    response.write(text);
  };
  const comment = setInterval(() => write(': here\n\n'), COMMENT_MS).unref();
  response.on('error', end);
  response.once('close', end);
  const narrowed = narrow(view);
  let last = narrowed(aggregator.state());
  const send = (event: string, data: object): void =>
    write(`id: ${sent.note(view, last)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const seen = sent.find(after, view);
  if (seen) send('delta', deltaOf(seen, last));
  else send('state', last);
  let told = performance.now();
  const follow = (state: ConsoleState): void => {
    const next = narrowed(state);
    const delta = deltaOf(last, next);
    last = next;
    // Send something at least every four seconds: the browser treats a silent connection as lost.
    if (isEmpty(delta) && performance.now() - told < 4_000) return;
    told = performance.now();
    send('delta', delta);
  };
  leaves.push(aggregator.watch(follow));
  // A list has no sequence: a browser that reconnects receives all of it.
  let list: SystemList | null = null;
  const showList = (next: SystemList): void => {
    const delta = list && listDelta(list, next);
    if (!list) write(`event: list\ndata: ${JSON.stringify(next)}\n\n`);
    else if (delta) write(`event: list-delta\ndata: ${JSON.stringify(delta)}\n\n`);
    list = next;
  };
  if (isSystem(view)) leaves.push(systems.watch(view, showList));
  // The browser may have left, or the session ended, before the listeners were added.
  if (response.destroyed || response.writableEnded) end();
}

function narrow(view: string): (state: ConsoleState) => ConsoleState {
  if (!view.startsWith('copy:')) return (state) => state;
  const wanted = view.slice('copy:'.length);
  return (state) => ({ ...state, copies: state.copies.filter(({ id }) => id === wanted) });
}
