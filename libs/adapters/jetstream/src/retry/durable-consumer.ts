import { UnavailableError } from '@nestjs-spark/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import {
  counted,
  type Logger,
  describeError,
  endsWithin,
  keepRunning,
  SayOnce,
} from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { RETRY } from '../connect/retry-policy.ts';
import { DeadLetterWriter } from '../dead-letter/write-letter.ts';
import { REPLAY_FOR_HEADER } from '../dead-letter/letter.ts';
import { lastMessage } from '../provision/last-message.ts';
import type { StreamSettings } from '../provision/plan-stream.ts';
import { type Attempt, describeAttempt } from '../dead-letter/attempt.ts';
import { AttemptStore } from '../dead-letter/attempt-store.ts';
import { Deliveries } from './deliveries.ts';
import { ConsumerSource } from './consumer-source.ts';
import { type DurableMessage, messageId, toDurableMessage } from './durable-message.ts';
import { decide, requireDelays, type RetryOptions } from './retry-schedule.ts';

export interface DurableConsumerOptions {
  connection: JetStreamConnection;
  log: Logger;
  /** The module of this handler; its dead letters are listed under this name. */
  module: string;
  /** The handler's name within its module. All instances with the same module and name share the messages. */
  name: string;
  /** Created if it is missing. */
  stream: StreamSettings;
  /** May contain wildcards. */
  subjects: string;
  /** Returning means done. `signal` aborts when the application's shutdown cannot wait any longer. */
  handler: (message: DurableMessage, signal: AbortSignal) => Promise<void>;
  retry?: RetryOptions;
  /** How many messages are handled concurrently. Default 4; with 1 a slow message holds up the others. */
  concurrency?: number;
  /** How long after the death of a process its message is redelivered, in milliseconds. Default 10,000. */
  ackWaitMs?: number;
}

/** Gives up on a message after this many deliveries without an acknowledgement: it may be what kills the processes. */
const UNANSWERED_LIMIT = 10;
/** How long `stop` waits before it asks running handlers to end, and how long afterwards, in milliseconds. */
export const DRAIN_MS = 30_000;
export const END_MS = 5_000;

/**
 * Delivers durable messages to a handler until it has processed them: retried on a schedule, and finally set aside as dead
 * letters with all their attempts. Delivery is at least once, so handlers must be idempotent.
 */
export class DurableConsumer {
  readonly #options: DurableConsumerOptions;
  readonly #source: ConsumerSource;
  readonly #attempts: AttemptStore;
  readonly #letters: DeadLetterWriter;
  readonly #stopping = new AbortController();
  readonly #hurrying = new AbortController();
  /** Aborts when handlers that have not returned are abandoned: their messages then go to another process. */
  readonly #left = new AbortController();
  readonly #said = new SayOnce();
  readonly #deliveries = new Deliveries();
  /** Aborts with the error of a delivery that could not be completed. */
  #failed = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(options: DurableConsumerOptions) {
    const { connection, ackWaitMs = 10_000 } = options;
    this.#options = { ...options, ackWaitMs };
    requireDelays(options.retry);
    this.#source = new ConsumerSource({ ...options, ackWaitMs });
    this.#attempts = new AttemptStore(connection);
    this.#letters = new DeadLetterWriter(connection);
  }

  /** Starts in the background; waits for the server as long as it takes. */
  start(): void {
    this.#asking ??= keepRunning(() => this.#takeNext(), {
      signal: this.#stopping.signal,
      policy: RETRY,
      endMs: Infinity,
      onEachFailure: (error) => this.#tell(error),
    });
  }

  /**
   * Takes no new messages and waits for the running handlers; after 30 s it asks them to end, through their signal, and 5 s later it
   * abandons those that have not returned, whose messages are delivered again.
   */
  async stop(drainMs = DRAIN_MS, endMs = END_MS): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#hurrying.abort(), drainMs);
    const ended = Promise.resolve(this.#asking).then(() => this.#deliveries.ended());
    const isEnded = await endsWithin(ended, drainMs + endMs).finally(() => clearTimeout(timer));
    const subjects = this.#deliveries.subjects();
    if (isEnded || subjects.length === 0) return;
    this.#left.abort();
    const { log, name } = this.#options;
    log.warn(
      `The handler ${name} has not returned for ${subjects.join(', ')}: it is abandoned, and its messages are delivered again. Let it return when its signal aborts`,
    );
  }

  /** One request at a time serves all handlers, so an outage is met by one request at a time and reported once. */
  async #takeNext(): Promise<void> {
    const { concurrency = 4 } = this.#options;
    await this.#deliveries.fewerThan(concurrency, this.#stopping.signal);
    if (this.#stopping.signal.aborted) return;
    const failed = this.#failed.signal;
    const message = failed.aborted ? null : await this.#nextUnless(failed);
    if (message) this.#begin(message);
    if (!failed.aborted) return;
    this.#failed = new AbortController();
    throw failed.reason;
  }

  /** A failed delivery ends the wait: whatever prevents its completion would prevent the next one's too. */
  async #nextUnless(failed: AbortSignal): Promise<JsMsg | null> {
    try {
      return await this.#source.next(AbortSignal.any([this.#stopping.signal, failed]));
    } catch (error) {
      if (failed.aborted) return null;
      throw error;
    }
  }

  #begin(message: JsMsg): void {
    const ended = this.#deliver(message).then(
      () => this.#said.forget(),
      (error: unknown) => this.#failed.abort(error),
    );
    this.#deliveries.add(message.subject, ended);
  }

  /** Read each time, since the delays may change while this runs. */
  get #delays(): readonly number[] {
    return requireDelays(this.#options.retry);
  }

  async #deliver(message: JsMsg): Promise<void> {
    const replayFor = message.headers?.get(REPLAY_FOR_HEADER);
    if (replayFor && replayFor !== message.info.consumer) return message.ack();
    const id = messageId(message);
    const before = message.redelivered ? await this.#attempts.read(id) : [];
    const unanswered = message.info.deliveryCount - 1 - before.length;
    if (unanswered >= UNANSWERED_LIMIT) return this.#giveUp(message, before, unanswered);

    const attempt = before.length + 1;
    const failure = await this.#run(message, attempt);
    if (!failure) {
      await message.ackAck();
      if (before.length > 0) await this.#attempts.clear(id);
      return;
    }
    // The next delivery decides the outcome: this one may have failed only because the application is closed.
    if (this.#left.signal.aborted) return;
    const attempts = [
      ...before,
      { number: attempt, at: new Date().toISOString(), error: describeAttempt(failure.error) },
    ];
    const decision = decide(failure.error, attempt, this.#delays);
    if (decision.action === 'give-up') return this.#giveUp(message, attempts, Math.max(0, unanswered));
    await this.#attempts.write(id, attempts);
    message.nak(decision.delayMs);
  }

  /** Keeps telling the server that the handler is working, so that nobody else gets the message. */
  async #run(message: JsMsg, attempt: number): Promise<{ error: unknown } | null> {
    const { handler, ackWaitMs = 0 } = this.#options;
    const working = setInterval(() => message.working(), ackWaitMs / 3);
    const leave = () => clearInterval(working);
    this.#left.signal.addEventListener('abort', leave, { once: true });
    try {
      const last = decide(undefined, attempt, this.#delays).action === 'give-up';
      await handler(toDurableMessage(message, attempt, last), this.#hurrying.signal);
      return null;
    } catch (error) {
      return { error };
    } finally {
      clearInterval(working);
      this.#left.signal.removeEventListener('abort', leave);
    }
  }

  /**
   * The letter is stored first: if the process is killed in between, the message is redelivered and its letter is found. A message that
   * was replaced while it was handled gets none: the newer one is handled as well, and has its own outcome.
   */
  async #giveUp(message: JsMsg, attempts: Attempt[], unanswered: number): Promise<void> {
    const { module, log } = this.#options;
    const id = messageId(message);
    if (await this.#isReplaced(message)) {
      message.term('replaced');
      if (message.redelivered) await this.#attempts.clear(id);
      return;
    }
    const { apart } = await this.#letters.write(message, { module, id, attempts, unanswered });
    const reason = attempts.at(-1)?.error ?? `${unanswered} deliveries ended without an answer`;
    const where = apart
      ? ` (too large for its payload to be kept with it: read it in ${message.info.stream})`
      : '';
    log.error(
      `${this.#label}: ${message.subject} is a dead letter after ${counted(attempts.length, 'attempt')}${where}: ${reason}`,
    );
    message.term('dead letter');
    if (message.redelivered) await this.#attempts.clear(id);
  }

  /**
   * Whether this consumer handles a newer message instead. A letter that is replayed for another consumer replaces the message too, but is not
   * handled here. If this cannot be determined, for example for lack of permission, the message gets its letter.
   */
  async #isReplaced({ subject, seq, info }: JsMsg): Promise<boolean> {
    const { connection, stream } = this.#options;
    if (stream.max_msgs_per_subject !== 1) return false;
    const last = await lastMessage(connection, stream.name, subject).catch(() => null);
    if (last === null || last.seq <= seq) return false;
    const replayFor = last.header.get(REPLAY_FOR_HEADER);
    return !replayFor || replayFor === info.consumer;
  }

  /** Outages are logged by the connection; anything else blocks all messages until an operator fixes it. */
  #tell(error: unknown): void {
    const text = `${this.#label}: ${describeError(error)}; trying again`;
    if (!this.#said.isNews(text)) return;
    if (error instanceof UnavailableError) this.#options.log.debug(text);
    else this.#options.log.warn(text);
  }

  get #label(): string {
    return `${this.#options.module}/${this.#options.name}`;
  }
}
