import type { ServerResponse } from 'node:http';
import type { Aggregator } from '../keep/aggregator.ts';
import type { ConsoleState } from '../ask/state.ts';
import { deltaOf, isEmpty } from './patch.ts';

const COMMENT_MS = 15_000;
/** A browser that takes nothing in is disconnected, rather than kept in memory. */
const MOST_UNSENT = 4 * 1024 * 1024;

let sequence = 0;

/** Sends the state once and then what changes, until the browser leaves or `endsAt` (milliseconds since 1970) is over. */
export function streamState(
  response: ServerResponse,
  aggregator: Pick<Aggregator, 'state' | 'watch'>,
  { view, endsAt }: { view: string; endsAt: number },
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  let leave = (): void => undefined;
  const end = (): void => {
    clearInterval(comment);
    leave();
    // What is still unsent would keep the connection for as long as nobody reads it.
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
    write(`id: ${(sequence += 1)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  send('state', last);
  let told = Date.now();
  leave = aggregator.watch((state) => {
    const next = narrowed(state);
    const delta = deltaOf(last, next);
    last = next;
    // What is not heard for a while is taken for gone.
    if (isEmpty(delta) && Date.now() - told < 4_000) return;
    told = Date.now();
    send('delta', delta);
  });
  // It may have left, or its session may have ended, before anybody listened.
  if (response.destroyed || response.writableEnded) end();
}

function narrow(view: string): (state: ConsoleState) => ConsoleState {
  if (!view.startsWith('copy:')) return (state) => state;
  const wanted = view.slice('copy:'.length);
  return (state) => ({ ...state, copies: state.copies.filter(({ id }) => id === wanted) });
}
