import { ProblemError } from '@nestjs-spark/contracts';
import type { ApiCaller } from '@nestjs-spark/auth';
import type { LiveProtocol, LiveReader } from '@nestjs-spark/auth/internal';
import type { EventCursor } from '../serve/event-cursor.ts';
import { answered } from '../serve/problems.ts';
import type { PipelinesFeed } from '../serve/pipelines-feed.ts';
import type { PipelineKey } from '../store/ports.ts';
import { DueStatuses } from './due-statuses.ts';
import { idOf, readId, readSubscription, type Subscription } from './read-message.ts';

const MOST_SUBSCRIPTIONS = 16;
/** Events must not be skipped: a reader that accepts none for this long, in milliseconds, is disconnected and resumes from its position. */
const PATIENCE_MS = 5_000;

/** One reader of the pipelines' WebSocket, with its subscriptions. */
export class LiveConnection implements LiveProtocol {
  readonly demand = 'Send {"type":"auth","token":…} first.';
  readonly #reader: LiveReader;
  readonly #feed: PipelinesFeed;
  readonly #subscriptions = new Map<string, AbortController>();

  constructor(reader: LiveReader, feed: PipelinesFeed) {
    this.#reader = reader;
    this.#feed = feed;
  }

  async take(message: Record<string, unknown>, caller: ApiCaller): Promise<void> {
    switch (message['type']) {
      case 'subscribe':
        return this.#subscribe(readSubscription(message), caller);
      case 'unsubscribe': {
        const id = readId(message);
        this.#subscriptions.get(id)?.abort();
        this.#subscriptions.delete(id);
        return this.#reader.send({ type: 'unsubscribed', id });
      }
      case 'ping':
        return this.#reader.send({ type: 'pong' });
      case 'pong':
        return;
      default:
        throw new ProblemError('invalid', 'The type has to be auth, subscribe, unsubscribe or ping.');
    }
  }

  refused(problem: ProblemError, message: Record<string, unknown> | null): void {
    this.#reader.send({ type: 'problem', id: idOf(message), problem: problem.toProblem() });
  }

  /** Replaces a subscription with the same id. */
  async #subscribe(subscription: Subscription, caller: ApiCaller): Promise<void> {
    const { id, topics, after } = subscription;
    this.#subscriptions.get(id)?.abort();
    this.#subscriptions.delete(id);
    if (this.#subscriptions.size >= MOST_SUBSCRIPTIONS)
      throw new ProblemError('invalid', `A connection has at most ${MOST_SUBSCRIPTIONS} subscriptions.`);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#reader.gone]);
    const from = after ?? (await answered(() => this.#feed.now()));
    this.#subscriptions.set(id, ended);
    this.#reader.send({ type: 'subscribed', id });
    if (topics.has('status')) this.#tellStatuses(subscription, caller, signal);
    if (topics.has('events')) this.#tellEvents(subscription, from, caller, signal);
  }

  #tellStatuses({ pipelines }: Subscription, caller: ApiCaller, signal: AbortSignal): void {
    const isWanted = ({ pipelineId }: PipelineKey) => pipelines === null || pipelines.has(pipelineId);
    const due = new DueStatuses({
      gone: signal,
      room: () => this.#reader.room(signal),
      send: (key) => {
        const shown = this.#feed.status(key);
        if (shown) this.#reader.send({ type: 'status', pipelineId: key.pipelineId, ...shown });
      },
    });
    const stop = this.#feed.watch(caller, (key, isState) => {
      if (isWanted(key)) due.add(key, isState);
    });
    signal.addEventListener('abort', stop, { once: true });
    for (const key of this.#feed.keys(caller)) if (isWanted(key)) due.add(key, true);
  }

  #tellEvents({ pipelines }: Subscription, after: EventCursor, caller: ApiCaller, signal: AbortSignal): void {
    void this.#reader.follow(this.#feed.events({ after }, caller, signal), {
      signal,
      patienceMs: PATIENCE_MS,
      show: (event) => {
        const { pipelineId, sequence } = event;
        const isWanted = pipelines === null || pipelines.has(pipelineId);
        return isWanted ? { type: 'event', pipelineId, sequence, event } : null;
      },
    });
  }
}
