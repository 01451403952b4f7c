import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { lastValueFrom, throwError } from 'rxjs';
import { endsWithin, type Logger } from '@nestjs-spark/foundation/internal';
import type { ConnectionStatus, JetStreamConnection } from '../connect/connection.ts';
import { fromHeaders } from '../log/headers.ts';
import { COMMANDS } from '../provision/streams.ts';
import { DRAIN_MS, DurableConsumer, END_MS } from '../retry/durable-consumer.ts';
import type { DurableMessage } from '../retry/durable-message.ts';
import type { RetryOptions } from '../retry/retry-schedule.ts';
import { JetStreamContext } from './jetstream-context.ts';
import { decodeJson, encodeJson, type Packet, toWire } from './packets.ts';
import { eventSubjects, requestSubjects } from './pattern-subject.ts';

export interface JetStreamServerOptions {
  /** Shared with the rest of the application; not closed by the transport. */
  connection: JetStreamConnection;
  /** The application's name. All its instances share events and requests; other applications get the same events. */
  name: string;
  log: Logger;
  /** For every handler without its own setting: `@EventPattern('x', { retry: { delaysSeconds: [1, 5] } })`. */
  retry?: RetryOptions;
  /** How many events of one handler run concurrently. Default 4; per handler as `concurrency` in the extras. */
  concurrency?: number;
}

/** The second argument of `@EventPattern` for this transport. */
export interface JetStreamEventExtras {
  retry?: RetryOptions;
  concurrency?: number;
}

type Events = Record<ConnectionStatus, () => void>;

/**
 * A Nest microservice transport: `@EventPattern` handlers get durable events, with retries and dead letters; `@MessagePattern`
 * handlers answer requests over core NATS. Closing the application waits for running handlers.
 */
export class JetStreamServer extends Server<Events, ConnectionStatus> implements CustomTransportStrategy {
  override readonly transportId = Symbol('SPARK_JETSTREAM');
  readonly #options: JetStreamServerOptions;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #consumers: DurableConsumer[] = [];
  #subscriptions: Subscription[] = [];
  #subscribed: NatsConnection | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(options: JetStreamServerOptions) {
    super();
    this.#options = options;
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  /** Starts in the background, so an application also starts without NATS. */
  listen(callback: (error?: unknown) => void): void {
    const { connection } = this.#options;
    try {
      this.#consumers = this.#handlers(true).map(([pattern, handler]) => this.#durable(pattern, handler));
      this.#handlers(false).forEach(([pattern]) => requestSubjects(pattern));
    } catch (error) {
      return callback(error);
    }
    for (const consumer of this.#consumers) consumer.start();
    this.#unsubscribe = connection.onStatus((status) => this.#follow(status));
    connection
      .ready(this.#stopping.signal)
      .then(() => this.#follow('connected'))
      .catch(() => undefined);
    callback();
  }

  /** Accepts nothing new, and waits for the running handlers, as long as a `DurableConsumer` does. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#unsubscribe();
    const answered = Promise.all(
      this.#subscriptions.map((subscription) => subscription.drain().catch(() => undefined)),
    ).then(() => Promise.all(this.#running));
    const [isAnswered] = await Promise.all([
      endsWithin(answered, DRAIN_MS + END_MS),
      ...this.#consumers.map((consumer) => consumer.stop()),
    ]);
    if (!isAnswered)
      this.#options.log.warn(
        'Handlers of requests have not returned: they are abandoned, and the requests get no answer. Let them return when their signal aborts',
      );
  }

  on<Event extends keyof Events>(event: Event, callback: Events[Event]): void {
    this.#options.connection.onStatus((status) => {
      if (status === event) callback();
    });
  }

  unwrap<T>(): T {
    return this.#options.connection as T;
  }

  #handlers(events: boolean): [string, MessageHandler][] {
    return [...this.messageHandlers].filter(([, handler]) => Boolean(handler.isEventHandler) === events);
  }

  #durable(pattern: string, handler: MessageHandler): DurableConsumer {
    const { connection, log, name, retry, concurrency } = this.#options;
    const extras: JetStreamEventExtras = handler.extras ?? {};
    return new DurableConsumer({
      connection,
      log,
      module: name,
      name: `event-${pattern}`,
      stream: COMMANDS,
      subjects: eventSubjects(pattern),
      handler: (message, signal) => this.#event(handler, message, signal),
      retry: extras.retry ?? retry ?? {},
      concurrency: extras.concurrency ?? concurrency ?? 4,
    });
  }

  async #event(handler: MessageHandler, message: DurableMessage, signal: AbortSignal): Promise<void> {
    const { subject, headers, attempt, last } = message;
    const context = new JetStreamContext([{ subject, headers, attempt, last, signal }]);
    const packet = message.json<Packet>();
    let failure: { error: unknown } | undefined;
    await this.runWithProcessingHooks(context, async (ended) => {
      try {
        const result = this.transformToObservable(await handler(packet.data, context));
        await lastValueFrom(result, { defaultValue: undefined });
      } catch (error) {
        failure = { error: context.originalOf(error) };
      } finally {
        ended();
      }
    });
    if (failure) throw failure.error;
  }

  #follow(status: ConnectionStatus): void {
    // oxlint-disable-next-line no-underscore-dangle -- the name is Nest's
    this._status$.next(status);
    if (status !== 'connected' || this.#stopping.signal.aborted) return;
    void this.#options.connection.ready().then(
      ({ nc }) => this.#subscribe(nc),
      () => undefined,
    );
  }

  /** The client keeps subscriptions across a reconnect; a new connection needs new ones. */
  #subscribe(nc: NatsConnection): void {
    if (this.#subscribed === nc || this.#stopping.signal.aborted) return;
    this.#subscribed = nc;
    this.#subscriptions = this.#handlers(false).map(([pattern, handler]) =>
      nc.subscribe(requestSubjects(pattern), {
        queue: this.#options.name,
        callback: (error, message) => {
          if (error) this.#options.log.error(`${pattern}: requests cannot be received`, error);
          else this.#request(handler, message);
        },
      }),
    );
  }

  #request(handler: MessageHandler, message: Msg): void {
    const { subject } = message;
    const facts = {
      subject,
      headers: fromHeaders(message.headers),
      attempt: 1,
      last: true,
      signal: this.#stopping.signal,
    };
    const context = new JetStreamContext([facts]);
    const answered = Promise.withResolvers<void>();
    this.#running.add(answered.promise);
    void answered.promise.then(() => this.#running.delete(answered.promise));
    const reply = ({
      err,
      response,
      isDisposed = false,
    }: {
      err?: unknown;
      response?: unknown;
      isDisposed?: boolean;
    }) => {
      message.respond(
        encodeJson(err === undefined ? { response, isDisposed } : { err: toWire(err), isDisposed: true }),
      );
      if (isDisposed || err !== undefined) answered.resolve();
    };
    const produce = async () => {
      const packet = decodeJson<Packet>(message.data);
      return this.transformToObservable(await handler(packet.data, context));
    };
    this.handleRequest(context, () => produce().catch((error: unknown) => throwError(() => error)), reply);
  }
}
