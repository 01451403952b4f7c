import { ProblemError } from '@nestjs-spark/contracts';
import { isObject, longTimer, pause } from '@nestjs-spark/foundation/internal';
import type { RawData, WebSocket } from 'ws';
import type { ApiCaller } from '../recognize/api-caller.ts';
import { expiresAt } from '../recognize/expiry.ts';

const AUTHENTICATE_MS = 5_000;
const ALIVE_MS = 30_000;
/** What a slow reader has not taken yet. */
const MOST_WAITING_BYTES = 1024 * 1024;
const ROOM_LOOKED_MS = 50;

const UNAUTHENTICATED = 4401;
const FAILED = 1011;
const EXPIRED = 'The token has expired. Connect again with a new one.';
const TRY_AGAIN_LATER = 1013;

/** What a system makes of a reader's messages. */
export interface LiveProtocol {
  /** The token in a message that authenticates; undefined: it is another message. `{ type: 'auth', token }` is understood anyway. */
  tokenIn?(message: Record<string, unknown>): unknown;
  /** Told when a message has authenticated the reader. */
  authenticated?(): void;
  /** Carries a message out. What it throws as a problem is `refused`; anything else ends the connection with 1011. */
  take(message: Record<string, unknown>, caller: ApiCaller): void | Promise<void>;
  /** @param message null: it was not a JSON object */
  refused(problem: ProblemError, message: Record<string, unknown> | null): void;
  /** What a reader has to send first, for the close frame of one that does not. */
  readonly demand: string;
}

/** What a reader needs of the server that it belongs to. */
export interface LiveReaderParts {
  recognize(token: string | null): Promise<ApiCaller>;
  /** Told, once, that the connection ends because of who asks. @param caller null: nobody has proved who that is */
  leave(problem: ProblemError, caller: ApiCaller | null): void;
}

/** One reader over a WebSocket: authenticated by its request or its first message, and looked after until it leaves. */
export class LiveReader {
  readonly #socket: WebSocket;
  readonly #parts: LiveReaderParts;
  readonly #gone = new AbortController();
  #caller: ApiCaller | null;
  #turn: Promise<void> = Promise.resolve();
  #recognizing: Promise<unknown> = Promise.resolve();
  #stopExpiry = (): void => {};
  #isAlive = true;
  #isRefused = false;

  /** @param caller from the request's own credential; null: a message has to bring one within 5 s */
  constructor(socket: WebSocket, caller: ApiCaller | null, parts: LiveReaderParts) {
    this.#socket = socket;
    this.#caller = caller;
    this.#parts = parts;
  }

  /** Aborts when the reader has left. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  begin(protocol: LiveProtocol): void {
    const late = setTimeout(() => this.#leaveUnknown(protocol), AUTHENTICATE_MS).unref();
    if (this.#caller) this.#leaveOnExpiry(this.#caller, protocol);
    const looking = setInterval(() => this.#look(), ALIVE_MS).unref();
    this.#socket.on('pong', () => (this.#isAlive = true));
    this.#socket.on('message', (data, isBinary) => this.#queue(data, isBinary, protocol));
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('close', () => {
      clearTimeout(late);
      clearInterval(looking);
      this.#stopExpiry();
      this.#gone.abort();
    });
  }

  /** Not where the connection is closing: the reader asks again for what it has missed. */
  send(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /**
   * Waits until the reader has taken most of what was sent to it. Read no more for it meanwhile.
   * @param patienceMs how long one is waited for that takes nothing; default: until the signal aborts
   * @returns false when it has left, or has taken nothing for so long
   */
  async room(signal: AbortSignal, patienceMs = Infinity): Promise<boolean> {
    let least = this.#socket.bufferedAmount;
    let since = performance.now();
    while (this.#socket.bufferedAmount > MOST_WAITING_BYTES && !signal.aborted) {
      await pause(ROOM_LOOKED_MS, signal);
      const waiting = this.#socket.bufferedAmount;
      if (waiting < least) since = performance.now();
      least = Math.min(least, waiting);
      if (performance.now() - since >= patienceMs) return false;
    }
    return !signal.aborted;
  }

  /**
   * Sends what comes until the signal aborts. A reader that takes nothing for `patienceMs`, or whose feed fails, is closed and subscribes
   * again after the last sequence.
   * @param show what is sent of an event; null: nothing
   */
  async follow<T>(
    feed: AsyncIterable<T>,
    { signal, patienceMs, show }: { signal: AbortSignal; patienceMs: number; show(event: T): object | null },
  ): Promise<void> {
    try {
      for await (const event of feed) {
        const message = show(event);
        if (!message) continue;
        const hasRoom = await this.room(signal, patienceMs);
        if (signal.aborted) return;
        if (!hasRoom) return this.closeSlow();
        this.send(message);
      }
    } catch {
      if (!signal.aborted) this.#socket.close(FAILED, 'Subscribe again after the last sequence.');
    }
  }

  /** Ends the connection of a reader that was too slow for what cannot be left out: it resumes. */
  closeSlow(): void {
    this.#socket.close(
      TRY_AGAIN_LATER,
      'Events were not read in time. Subscribe again after the last sequence.',
    );
  }

  /** One after the other, and no more is read meanwhile: a subscription may follow the token without a pause. */
  #queue(data: RawData, isBinary: boolean, protocol: LiveProtocol): void {
    this.#socket.pause();
    this.#turn = this.#turn
      .then(() => this.#take(isBinary ? null : String(data), protocol))
      .finally(() => this.#socket.resume());
  }

  async #take(text: string | null, protocol: LiveProtocol): Promise<void> {
    // Messages still come in until the other side has closed: no token is tried after one that was refused.
    if (this.#isRefused) return;
    let message: Record<string, unknown> | null = null;
    try {
      message = messageIn(text);
      const token = message['type'] === 'auth' ? (message['token'] ?? null) : protocol.tokenIn?.(message);
      if (token !== undefined) {
        this.#caller = await this.#recognize(typeof token === 'string' ? token : null);
        this.#leaveOnExpiry(this.#caller, protocol);
        return protocol.authenticated?.();
      }
      if (!this.#caller) return this.#leaveUnknown(protocol);
      await protocol.take(message, this.#caller);
    } catch (error) {
      if (!(error instanceof ProblemError)) return this.#socket.close(FAILED);
      protocol.refused(error, message);
      if (error.status === 401 || error.status === 403) this.#refuse(error);
    }
  }

  #recognize(token: string | null): Promise<ApiCaller> {
    const recognized = this.#parts.recognize(token);
    this.#recognizing = recognized.catch(() => undefined);
    return recognized;
  }

  /** A reader that has gone without closing the connection is disconnected. */
  #look(): void {
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    this.#socket.ping();
  }

  /** Unless a message has brought another token by then, even if that one is still being checked. */
  #leaveOnExpiry(caller: ApiCaller, protocol: LiveProtocol): void {
    const end = async (): Promise<void> => {
      await this.#recognizing;
      if (this.#caller !== caller || this.#isRefused) return;
      const problem = new ProblemError('unauthenticated', 'The token has expired.');
      protocol.refused(problem, null);
      this.#refuse(problem, EXPIRED);
    };
    this.#stopExpiry();
    const at = expiresAt(caller);
    if (at < Infinity && !this.gone.aborted) this.#stopExpiry = longTimer(at - Date.now(), () => void end());
  }

  #leaveUnknown({ demand }: LiveProtocol): void {
    if (!this.#caller) this.#refuse(new ProblemError('unauthenticated', demand), demand);
  }

  #refuse(problem: ProblemError, demand = ''): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#parts.leave(problem, this.#caller);
    this.#socket.close(UNAUTHENTICATED, demand);
  }
}

function messageIn(text: string | null): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw new ProblemError('invalid', 'A message has to be JSON.');
  }
  if (!isObject(value)) throw new ProblemError('invalid', 'A message has to be a JSON object.');
  return value;
}
