import type { Consumer, JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import type { StreamSettings } from '../provision/plan-stream.ts';
import { ensureConsumer } from '../provision/ensure-consumer.ts';
import { Provisioner } from '../provision/provisioner.ts';

export interface ConsumerSourceOptions {
  connection: JetStreamConnection;
  module: string;
  name: string;
  stream: StreamSettings;
  subjects: string;
  ackWaitMs: number;
}

/** A durable pull consumer, created if it is missing, that delivers one message at a time: none waits in this process. */
export class ConsumerSource {
  readonly #options: ConsumerSourceOptions;
  readonly #provisioner: Provisioner;
  #consumer: Promise<Consumer> | undefined;

  constructor(options: ConsumerSourceOptions) {
    this.#options = options;
    this.#provisioner = new Provisioner(options.connection);
    options.connection.onStatus((status) => {
      if (status === 'disconnected') this.#consumer = undefined;
    });
  }

  /** The next message, or null when none came for a while or `signal` aborted. */
  async next(signal: AbortSignal): Promise<JsMsg | null> {
    await this.#options.connection.ready(signal);
    this.#consumer ??= this.#open();
    try {
      const messages = await (await this.#consumer).fetch({ max_messages: 1 });
      const stop = () => messages.stop();
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      try {
        // Iterates to the end, which follows the message immediately: if left early, the client would keep its subscription.
        let found: JsMsg | null = null;
        for await (const message of messages) found = message;
        return found;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    } catch (error) {
      this.#consumer = undefined;
      this.#provisioner.forget(this.#options.stream.name);
      throw error;
    }
  }

  async #open(): Promise<Consumer> {
    const { connection, stream, subjects, ackWaitMs } = this.#options;
    await this.#provisioner.ensure(stream);
    return connection.use(async (handle) => {
      const durable = consumerName(this.#options.module, this.#options.name);
      const settings = {
        filter_subject: subjects,
        ack_wait: nanos(ackWaitMs),
        // The schedule decides when to give up, rather than the server, which would do so silently.
        max_deliver: -1,
        // Messages waiting for a retry must not block the others.
        max_ack_pending: -1,
      };
      const consumer = await ensureConsumer(handle, { stream: stream.name, name: durable, settings });
      handle.nc.publish(unusedAck(stream.name, durable), '+WPI');
      return consumer;
    });
  }
}

/**
 * Acknowledges no message, since none has the sequence 0: it reveals whether this user may acknowledge before the first message
 * arrives, rather than by endless redeliveries.
 */
function unusedAck(stream: string, consumer: string): string {
  return `$JS.ACK.${stream}.${consumer}.1.0.0.0.0`;
}

/** Names of consumers are file names and subject tokens on the server. */
export function consumerName(module: string, name: string): string {
  return `${nameKey(module)}-${name}`.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}
