import { JetStreamApiError } from '@nats-io/jetstream';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { createInbox, errors, MsgHdrsImpl, type Msg } from '@nats-io/transport-node';
import type { JetStreamConnection, JetStreamHandle } from './connection.ts';

/** What was published and is not acknowledged yet. */
interface Unanswered {
  subject: string;
  until: number;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

/** What JetStream says of a message. */
interface Ack {
  seq?: number;
  error?: ConstructorParameters<typeof JetStreamApiError>[0];
}

/** What an inbox needs of the connection that it belongs to. */
export type AckedConnection = Pick<JetStreamConnection, 'inboxPrefix' | 'onStatus' | 'unavailable'>;

const OF = new WeakMap<JetStreamHandle['nc'], AckInbox>();
const TIMEOUT_MS = 5_000;

/**
 * Publishes to streams, with one subscription and one timer for all acknowledgements of a connection. The client's own way makes a
 * request with a timer and an error for each message, which costs more than the message.
 */
export class AckInbox {
  readonly #nc: JetStreamHandle['nc'];
  readonly #inbox: string;
  readonly #timeoutMs: number;
  /** In the order in which they were published. */
  readonly #unanswered = new Map<number, Unanswered>();
  #timer: NodeJS.Timeout | null = null;
  /** False if the subscription was denied: the next message tries again. */
  #isHeard = false;
  #next = 0;

  /** The inbox of a connection; all its streams share one. */
  static of({ nc, js }: Pick<JetStreamHandle, 'nc' | 'js'>, connection: AckedConnection): AckInbox {
    const known = OF.get(nc);
    if (known) return known;
    const inbox = new AckInbox(nc, connection.inboxPrefix, js.getOptions().timeout ?? TIMEOUT_MS);
    OF.set(nc, inbox);
    // Otherwise, what was under way when the connection broke would end only with its timeout.
    const fail = (): void => inbox.#failAll(() => connection.unavailable());
    // A listener that came earlier may have published as soon as it was connected.
    const leave = connection.onStatus((status) => status !== 'connected' && fail());
    const end = (): void => {
      leave();
      fail();
    };
    nc.closed().then(end, end);
    return inbox;
  }

  private constructor(nc: JetStreamHandle['nc'], prefix: string, timeoutMs: number) {
    this.#nc = nc;
    this.#timeoutMs = timeoutMs;
    this.#inbox = createInbox(prefix);
    this.#listen();
    void this.#hearDenials();
  }

  /**
   * @returns the sequence under which the message is stored
   * @throws as the client's `publish` does
   */
  publish(subject: string, payload: Uint8Array, fields: Readonly<Record<string, string>>): Promise<number> {
    const headers = new WrittenHeaders(fields);
    const id = this.#next++;
    if (!this.#isHeard) this.#listen();
    this.#nc.publish(subject, payload, { headers, reply: `${this.#inbox}.${id}` });
    return new Promise((resolve, reject) => {
      this.#unanswered.set(id, { subject, until: performance.now() + this.#timeoutMs, resolve, reject });
      if (this.#timer === null) this.#giveUpIn(this.#timeoutMs);
    });
  }

  #listen(): void {
    this.#nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error ? this.#refuse(error) : this.#take(message)),
    });
    this.#isHeard = true;
  }

  #take({ subject, data, headers }: Msg): void {
    const id = Number(subject.slice(this.#inbox.length + 1));
    const one = this.#unanswered.get(id);
    if (!one) return;
    this.#unanswered.delete(id);
    if (data.length === 0 && headers?.code === 503) one.reject(new errors.NoRespondersError(one.subject));
    else settle(one, data);
  }

  /** If this user may not subscribe to answers, none arrives. */
  #refuse(error: Error): void {
    this.#isHeard = false;
    this.#failAll(() => error);
  }

  #failAll(error: () => Error): void {
    const all = [...this.#unanswered.values()];
    this.#unanswered.clear();
    for (const { reject } of all) reject(error());
  }

  #giveUpIn(ms: number): void {
    this.#timer = setTimeout(() => this.#giveUp(), ms).unref();
  }

  /** Those that have waited for long enough; then the timer is for the one that has waited the longest. */
  #giveUp(): void {
    this.#timer = null;
    const now = performance.now();
    for (const [id, { until, reject }] of this.#unanswered) {
      if (until > now) {
        this.#giveUpIn(until - now);
        return;
      }
      this.#unanswered.delete(id);
      reject(new errors.TimeoutError());
    }
  }

  /** What this user may not publish has no answer: the server says so beside it. */
  async #hearDenials(): Promise<void> {
    for await (const status of this.#nc.status()) {
      if (status.type !== 'error' || !(status.error instanceof errors.PermissionViolationError)) continue;
      const { operation, subject } = status.error;
      for (const [id, one] of this.#unanswered) {
        if (operation !== 'publish' || one.subject !== subject) continue;
        this.#unanswered.delete(id);
        one.reject(status.error);
      }
    }
  }
}

/** Headers as the text that is sent: the client's own class fills a map first, and encodes it into a buffer of its own. */
class WrittenHeaders extends MsgHdrsImpl {
  readonly #text: string;

  constructor(fields: Readonly<Record<string, string>>) {
    super();
    let text = 'NATS/1.0\r\n';
    for (const name in fields) text += `${name}: ${MsgHdrsImpl.validHeaderValue(fields[name] ?? '')}\r\n`;
    this.#text = `${text}\r\n`;
  }

  override toString(): string {
    return this.#text;
  }

  override encode(): Uint8Array {
    return Buffer.from(this.#text);
  }
}

function settle({ resolve, reject }: Unanswered, data: Uint8Array): void {
  try {
    const { seq, error } = JSON.parse(decodeUtf8(data)) as Ack;
    if (error) reject(new JetStreamApiError(error));
    else if (typeof seq === 'number') resolve(seq);
    else reject(new errors.RequestError('the acknowledgement has no sequence'));
  } catch (cause) {
    reject(new errors.RequestError('the acknowledgement cannot be read', { cause }));
  }
}
