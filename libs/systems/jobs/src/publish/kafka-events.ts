import {
  KafkaTopics,
  KafkaTransactions,
  RefusedMessagesError,
  type OutMessage,
} from '@nestjs-spark/kafka/internal';
import type { JobsKafkaSettings } from '../settings/kafka.ts';
import type { ToldChange } from '../serve/untold.ts';
import type { Publication } from './event-publisher.ts';

/**
 * Publishes changes of jobs as messages of a topic. The key is the job's id, so all changes of a job are in one partition, in order. They are
 * written in transactions with a fixed id: the broker refuses a process that lost its lease and wakes up later.
 */
export class KafkaEvents implements Publication {
  readonly #topic: string;
  readonly #transactions: KafkaTransactions;
  readonly #mostBytes: number;

  private constructor(topic: string, transactions: KafkaTransactions, mostBytes: number) {
    this.#topic = topic;
    this.#transactions = transactions;
    this.#mostBytes = mostBytes;
  }

  /**
   * @param publisher the common name of all processes that publish the same jobs
   * @throws {KafkaError}
   */
  static async open({ address, topic }: JobsKafkaSettings, publisher: string): Promise<KafkaEvents> {
    const clientId = `spark-job-events-${publisher}`;
    const topics = new KafkaTopics(address, clientId);
    const mostBytes = await topics.mostBytes(topic).finally(() => topics.close());
    const transactions = new KafkaTransactions(address, clientId, clientId);
    try {
      await transactions.open();
    } catch (error) {
      await transactions.close();
      throw error;
    }
    return new KafkaEvents(topic, transactions, mostBytes);
  }

  async write(changes: readonly ToldChange[]): Promise<void> {
    try {
      await this.#send(changes);
    } catch (error) {
      if (!(error instanceof RefusedMessagesError)) throw error;
      const tooLarge = new Set(error.at);
      await this.#send(changes.map((change, at) => (tooLarge.has(at) ? withoutDetails(change) : change)));
    }
  }

  close(): Promise<void> {
    return this.#transactions.close();
  }

  #send(changes: readonly ToldChange[]): Promise<void> {
    const messages = changes.map((change) => messageOf(change, this.#topic));
    return this.#transactions.write(messages, this.#mostBytes);
  }
}

function messageOf({ revision, change, submittedAt, type, data }: ToldChange, topic: string): OutMessage {
  const headers = {
    type,
    sequence: String(revision),
    change: String(change),
    submitted: submittedAt,
    'content-type': JSON_TYPE,
  };
  return {
    topic,
    key: Buffer.from(data.jobId),
    value: Buffer.from(JSON.stringify(data)),
    headers: new Map(
      Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
    ),
  };
}

const JSON_TYPE = 'application/json';

/** Shortens an event whose cause is too large for the topic. */
function withoutDetails(change: ToldChange): ToldChange {
  const { cause, ...data } = change.data;
  return cause
    ? { ...change, data: { ...data, cause: { class: cause.class, code: cause.code, message: '' } } }
    : change;
}
