import { UnavailableError } from '@nestjs-spark/contracts';
import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import type { ConnectionStatus, JetStreamConnection } from '../connect/connection.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { COMMANDS } from '../provision/streams.ts';
import { decodeJson, encodeJson, type Reply } from './packets.ts';
import { eventSubject, requestSubject } from './pattern-subject.ts';

export interface JetStreamClientOptions {
  /** Shared with the rest of the application; not closed by the client. */
  connection: JetStreamConnection;
  /**
   * How long an event waits for applications that are not running, in seconds, before it is removed. Default 604,800 (7 days).
   */
  keepEventsSeconds?: number;
}

/** Nobody answers this request: no application with a handler for the pattern is running. Start it, or try again. */
export class NoHandlerError extends Error {
  constructor(pattern: string) {
    super(`No running application has a @MessagePattern for ${pattern}`);
    this.name = 'NoHandlerError';
  }
}

const KEEP_SECONDS = 7 * 24 * 60 * 60;
/** A dead letter describes an event at greater length than the event itself. */
const ROOM_FOR_LETTER = 16 * 1024;

type Events = Record<ConnectionStatus, () => void>;

/**
 * `emit` stores an event durably and completes when the server has it; `send` sends a request and emits the answers as they arrive.
 * Both fail with `UnavailableError` while NATS is unavailable, and `send` with `NoHandlerError` if no handler exists.
 */
export class JetStreamClient extends ClientProxy<Events, ConnectionStatus> {
  readonly #connection: JetStreamConnection;
  readonly #provisioner: Provisioner;
  readonly #keepSeconds: number;
  #nc: NatsConnection | undefined;

  constructor({ connection, keepEventsSeconds = KEEP_SECONDS }: JetStreamClientOptions) {
    super();
    this.#connection = connection;
    this.#provisioner = new Provisioner(connection);
    this.#keepSeconds = keepEventsSeconds;
    // oxlint-disable-next-line no-underscore-dangle -- the name is Nest's
    connection.onStatus((status) => this._status$.next(status));
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  async connect(): Promise<NatsConnection> {
    this.#nc = await this.#connection.use(({ nc }) => Promise.resolve(nc));
    return this.#nc;
  }

  /** The connection belongs to the application and stays open. */
  close(): void {
    for (const callback of Array.from(this.routingMap.values()))
      callback({ err: new Error('The client was closed') });
    this.routingMap.clear();
  }

  override on<Event extends keyof Events>(event: Event, callback: Events[Event]): void {
    this.#connection.onStatus((status) => {
      if (status === event) callback();
    });
  }

  unwrap<T>(): T {
    return this.#connection as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const nc = this.#nc;
    const pattern = this.normalizePattern(packet.pattern);
    const { id } = this.assignPacketId(packet);
    if (!nc) throw new Error('Call connect() first');
    const inbox = createInbox(this.#connection.inboxPrefix);
    const subscription = nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return callback({ err: error });
        if (message.headers?.code === 503) return callback({ err: new NoHandlerError(pattern) });
        const { err, response, isDisposed } = decodeJson<Reply>(message.data);
        callback({ ...(err === undefined ? {} : { err }), response, isDisposed: isDisposed ?? false });
      },
    });
    this.routingMap.set(id, callback);
    // An answer sent in the meantime is lost, and the caller would wait for it forever.
    const forgetLoss = this.#connection.onStatus((status) => {
      if (status !== 'connected') callback({ err: lostBeforeAnswer(this.#connection.target, pattern) });
    });
    const { data, metadata } = packet;
    nc.publish(requestSubject(pattern), encodeJson({ pattern, data, metadata }), { reply: inbox });
    return () => {
      this.routingMap.delete(id);
      forgetLoss();
      subscription.unsubscribe();
    };
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const pattern = this.normalizePattern(packet.pattern);
    const { data, metadata } = packet;
    const payload = encodeJson({ pattern, data, metadata });
    await this.#provisioner.ensure(COMMANDS);
    return this.#connection.use(async ({ js, maxPayload }) => {
      const most = maxPayload - ROOM_FOR_LETTER;
      if (payload.length > most)
        throw new Error(`${pattern}: ${payload.length} bytes, but an event has at most ${most}`);
      await js.publish(eventSubject(pattern), payload, { ttl: `${this.#keepSeconds}s` });
      return undefined as T;
    });
  }
}

function lostBeforeAnswer(target: string, pattern: string): UnavailableError {
  return new UnavailableError(
    `The connection to ${target} was lost before ${pattern} was answered; whether it was handled is not known`,
  );
}
