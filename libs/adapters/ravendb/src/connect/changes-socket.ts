import { type Agent, WebSocket } from 'undici';
import type { RavenSettings } from './settings.ts';
import { agentWith } from './tls.ts';

const RETRY_MS = 1_000;
// A counter's increment and a time series' append change no document.
const WATCHED = ['watch-docs', 'watch-counters', 'watch-all-timeseries'];
const RINGS = /"(?:DocumentChange|CounterChange|TimeSeriesChange|Confirm)"/;

/**
 * RavenDB's Changes API as a bell: rings when a document or its extras may have changed, and after each reconnect, since
 * something may have been missed. Reconnects automatically, to the next node after a failure.
 *
 * Does not use the RavenDB client: when the server goes away, its subscriptions reject promises that nobody handles, which ends
 * the process.
 */
export class ChangesSocket {
  readonly #settings: RavenSettings;
  readonly #dispatcher: Agent;
  readonly #ring: () => void;
  #socket: WebSocket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #node = 0;
  #closed = false;

  constructor(settings: RavenSettings, ring: () => void) {
    this.#settings = settings;
    this.#ring = ring;
    this.#dispatcher = agentWith(settings.certificate);
  }

  /** Returns immediately; does nothing while it is open. */
  open(): void {
    if (this.#closed || this.#socket || this.#retry) return;
    const socket = new WebSocket(this.#url(), { dispatcher: this.#dispatcher });
    this.#socket = socket;
    socket.addEventListener('open', () => {
      WATCHED.forEach((command, at) => {
        socket.send(JSON.stringify({ CommandId: at + 1, Command: command, Param: null }));
      });
    });
    socket.addEventListener('message', ({ data }) => {
      const text = String(data);
      if (RINGS.test(text)) this.#ring();
    });
    socket.addEventListener('error', () => this.#again(socket));
    socket.addEventListener('close', () => this.#again(socket));
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#socket?.close();
    await this.#dispatcher.destroy();
  }

  #again(socket: WebSocket): void {
    if (this.#socket !== socket || this.#closed) return;
    this.#socket = null;
    this.#node++;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.open();
    }, RETRY_MS);
    this.#retry.unref();
  }

  #url(): string {
    const { urls, database } = this.#settings;
    const url = new URL(urls[this.#node % urls.length] ?? '');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.pathname = `/databases/${encodeURIComponent(database)}/changes`;
    return url.href;
  }
}
