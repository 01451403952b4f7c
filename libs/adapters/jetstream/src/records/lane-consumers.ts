import type { Consumer, JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { JetStreamConnection } from '../connect/connection.ts';
import type { Turn } from '../connect/turn.ts';
import { ensureConsumer } from '../provision/ensure-consumer.ts';

/** A lane: messages of one subject, distributed to many processes with limited concurrency. */
export interface LaneSettings {
  /** The name of its consumer. */
  name: string;
  subject: string;
  /** How many may be delivered and unfinished, across all processes. Enforced by the server. */
  atOnce: number;
  /** A message without a progress report for this long is redelivered to another process. */
  ackWaitMs: number;
}

/** A message delivered to this process. */
export interface LaneMessage {
  subject: string;
  sequence: number;
  payload: Uint8Array;
  /** When the server stored it. */
  time: Date;
  /** How many messages of the lane had not been delivered when this one was. */
  pending: number;
  /** How often it was delivered, including this time. */
  times: number;
  working(): void;
  /** Does not wait for the server: a message whose acknowledgement is lost is redelivered, and found to be done. */
  done(): void;
  /** Has it redelivered: immediately, or after a delay, during which it counts as delivered. */
  giveBack(afterMs?: number): void;
}

/** The client's minimum for how long a request for a message waits. */
const PULL_MS = 1_000;

/** Durable pull consumers of one stream, created if they are missing. */
export class LaneConsumers {
  readonly #connection: JetStreamConnection;
  readonly #stream: string;
  readonly #known = new Map<string, Promise<Consumer>>();

  constructor(connection: JetStreamConnection, stream: string) {
    this.#connection = connection;
    this.#stream = stream;
    connection.onStatus((status) => {
      if (status !== 'connected') this.#known.clear();
    });
  }

  /** How many messages have not been delivered yet. */
  async pending(lane: LaneSettings): Promise<number> {
    const info = await this.#use(lane, (consumer) => consumer.info());
    return info.num_pending;
  }

  /** How many messages are left: not delivered yet, or delivered but not done. */
  async unfinished(lane: LaneSettings): Promise<number> {
    const info = await this.#use(lane, (consumer) => consumer.info());
    return info.num_pending + info.num_ack_pending;
  }

  /** Takes messages of a lane as they come: at most `most`, and none when none came for a second. @returns how many came */
  async take(lane: LaneSettings, most: number, each: (message: LaneMessage) => void): Promise<number> {
    return this.#use(lane, async (consumer) => {
      let came = 0;
      const options = { max_messages: most, expires: PULL_MS };
      for await (const message of await consumer.fetch(options)) {
        came++;
        each(given(message, this.#connection.turn));
      }
      return came;
    });
  }

  async #use<T>(lane: LaneSettings, work: (consumer: Consumer) => Promise<T>): Promise<T> {
    const consumer = this.#known.get(lane.name) ?? this.#open(lane);
    this.#known.set(lane.name, consumer);
    try {
      const opened = await consumer;
      return await this.#connection.use(() => work(opened));
    } catch (error) {
      this.#known.delete(lane.name);
      throw error;
    }
  }

  #open({ name, subject, atOnce, ackWaitMs }: LaneSettings): Promise<Consumer> {
    const settings = {
      filter_subject: subject,
      ack_wait: nanos(ackWaitMs),
      max_deliver: -1,
      max_ack_pending: atOnce,
    };
    return this.#connection.use((handle) => ensureConsumer(handle, { stream: this.#stream, name, settings }));
  }
}

function given(message: JsMsg, turn: Turn): LaneMessage {
  return {
    subject: message.subject,
    sequence: message.seq,
    payload: message.data,
    time: message.time,
    pending: message.info.pending,
    times: message.info.deliveryCount,
    working: () => message.working(),
    done: () => void turn.end().then(() => message.ack()),
    giveBack: (afterMs) => message.nak(afterMs),
  };
}
