import { ProblemError } from '@nestjs-spark/contracts';
import { isListOf, isObject, isText, isWhole, pause } from '@nestjs-spark/foundation/internal';
import type { WebSocket } from 'ws';
import type { JobAccess } from '../serve/access.ts';
import type { JobEvent, JobsService } from '../serve/jobs.service.ts';

/** Who a connection is, from a token; throws a problem when it is nobody. */
export type Recognize = (token: string | null) => Promise<JobAccess>;

const AUTHENTICATE_MS = 5_000;
const ALIVE_MS = 30_000;
/** What a slow reader has not taken yet; more is not read for it, and it is cut off when it takes nothing for so long. */
const MOST_WAITING_BYTES = 1024 * 1024;
const PATIENCE_MS = 30_000;
const MOST_IDS = 1_000;
const MOST_LABELS = 16;

const UNAUTHENTICATED = 4401;
const FAILED = 1011;
const TOO_SLOW = 1013;

interface Subscription {
  jobIds: ReadonlySet<string> | null;
  labels: readonly string[] | null;
  after: number | undefined;
}

/** One reader of job events over a WebSocket. A new subscription takes the place of the one before. */
export class LiveConnection {
  readonly #socket: WebSocket;
  readonly #jobs: JobsService;
  readonly #recognize: Recognize;
  readonly #patienceMs: number;
  readonly #gone = new AbortController();
  #access: JobAccess | null = null;
  #subscribed: AbortController | null = null;
  #isAlive = true;

  /** @param patienceMs how long a reader that takes nothing is waited for */
  constructor(socket: WebSocket, jobs: JobsService, recognize: Recognize, patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
    this.#socket = socket;
    this.#jobs = jobs;
    this.#recognize = recognize;
  }

  /** @param access from the request's own credential; null: the first message has to bring one */
  begin(access: JobAccess | null): void {
    this.#access = access;
    const late = setTimeout(() => this.#leaveUnknown(), AUTHENTICATE_MS).unref();
    const looking = setInterval(() => this.#look(), ALIVE_MS).unref();
    this.#socket.on('pong', () => (this.#isAlive = true));
    this.#socket.on('message', (data, isBinary) => void this.#take(isBinary ? null : String(data)));
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('close', () => {
      clearTimeout(late);
      clearInterval(looking);
      this.#gone.abort();
    });
  }

  async #take(text: string | null): Promise<void> {
    try {
      const message = messageIn(text);
      if (message.event === 'auth') {
        const { token } = message.data;
        this.#access = await this.#recognize(typeof token === 'string' ? token : null);
        return this.#send('authenticated', {});
      }
      if (!this.#access) return this.#leaveUnknown();
      if (message.event !== 'subscribe')
        throw new ProblemError('invalid', 'The event has to be subscribe or auth.');
      await this.#subscribe(subscriptionIn(message.data), this.#access);
    } catch (error) {
      if (!(error instanceof ProblemError)) return this.#socket.close(FAILED);
      this.#send('error', error.toProblem());
      if (error.status === 401 || error.status === 403) this.#socket.close(UNAUTHENTICATED);
    }
  }

  async #subscribe(subscription: Subscription, access: JobAccess): Promise<void> {
    this.#subscribed?.abort();
    const subscribed = new AbortController();
    this.#subscribed = subscribed;
    const signal = AbortSignal.any([subscribed.signal, this.#gone.signal]);
    const sequence = subscription.after ?? (await this.#jobs.position());
    this.#send('subscribed', { sequence });
    const feeds = [
      this.#jobs.events({ after: sequence }, signal, access),
      this.#jobs.progress({}, signal, access),
    ];
    for (const feed of feeds)
      this.#pass(feed, subscription, signal).catch(() =>
        this.#socket.close(FAILED, 'Subscribe again after the last sequence.'),
      );
  }

  async #pass(feed: AsyncIterable<JobEvent>, of: Subscription, signal: AbortSignal): Promise<void> {
    for await (const { sequence, type, data } of feed) {
      if (of.jobIds && !of.jobIds.has(data.jobId)) continue;
      if (of.labels && !of.labels.some((label) => data.labels.includes(label))) continue;
      await this.#taken(signal);
      if (signal.aborted) return;
      this.#send('job', { ...data, sequence, type });
    }
  }

  /** Waits until the reader has taken enough of what was sent. */
  async #taken(signal: AbortSignal): Promise<void> {
    let least = this.#socket.bufferedAmount;
    let since = performance.now();
    while (this.#socket.bufferedAmount > MOST_WAITING_BYTES && !signal.aborted) {
      await pause(50, signal);
      if (this.#socket.bufferedAmount < least) since = performance.now();
      least = this.#socket.bufferedAmount;
      if (performance.now() - since < this.#patienceMs) continue;
      this.#socket.close(TOO_SLOW, 'Events were not taken in time. Subscribe again after the last sequence.');
      this.#gone.abort();
    }
  }

  #send(event: string, data: unknown): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify({ event, data }));
  }

  /** A reader that has gone without a word is let go. */
  #look(): void {
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    this.#socket.ping();
  }

  #leaveUnknown(): void {
    if (!this.#access)
      this.#socket.close(UNAUTHENTICATED, 'Send { "event": "auth", "data": { "token" } } first.');
  }
}

/** `{ event, data }`; `{ type: 'auth', token }`, as pipelines have it, is the same. */
function messageIn(text: string | null): { event: string; data: Record<string, unknown> } {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw new ProblemError('invalid', 'A message has to be JSON.');
  }
  if (!isObject(value)) throw new ProblemError('invalid', 'A message has to be an object { event, data }.');
  if (value['type'] === 'auth') return { event: 'auth', data: value };
  const { event, data = {} } = value;
  if (typeof event === 'string' && isObject(data)) return { event, data };
  throw new ProblemError('invalid', 'A message has to be an object { event, data }.');
}

function subscriptionIn({ jobIds, labels, after, ...others }: Record<string, unknown>): Subscription {
  const faults = [
    ...Object.keys(others).map((name) => ({ pointer: `/data/${name.slice(0, 80)}`, detail: 'is not known' })),
    ...(jobIds === undefined || isListOf(isText(), MOST_IDS)(jobIds)
      ? []
      : [{ pointer: '/data/jobIds', detail: `has to be a list of at most ${MOST_IDS} ids` }]),
    ...(labels === undefined || isListOf(isText(), MOST_LABELS)(labels)
      ? []
      : [{ pointer: '/data/labels', detail: `has to be a list of at most ${MOST_LABELS} labels` }]),
    ...(after === undefined || isWhole(after)
      ? []
      : [{ pointer: '/data/after', detail: 'has to be the sequence of an event' }]),
  ];
  if (faults.length > 0) throw new ProblemError('invalid', 'This is not a subscription.', { errors: faults });
  return {
    jobIds: jobIds === undefined ? null : new Set(jobIds as string[]),
    labels: (labels as string[] | undefined) ?? null,
    after: after as number | undefined,
  };
}
