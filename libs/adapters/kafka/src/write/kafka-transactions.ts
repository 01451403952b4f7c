import { Producer } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from '../connect/kafka-address.ts';
import { KafkaError, toKafkaError } from '../connect/kafka-error.ts';
import { chunksOf, tooLarge, type OutMessage } from './chunks.ts';

// With the client's default of a second, each transaction would wait for the end of the previous one.
const RETRY_MS = 5;
const RETRIES = 400;

/**
 * Writes messages in transactions of one transactional id. Only the last one to open it can commit: the broker aborts the open
 * transactions of others, and refuses further ones.
 */
export class KafkaTransactions {
  readonly #producer: Producer<Buffer, Buffer, Buffer, Buffer>;
  #failure: KafkaError | null = null;

  constructor(address: KafkaAddress, clientId: string, transactionalId: string) {
    this.#producer = new Producer({
      ...baseOptions(address, clientId),
      transactionalId,
      idempotent: true,
      acks: -1,
      autocreateTopics: false,
      retryDelay: RETRY_MS,
      retries: RETRIES,
      // The client's default of 0 claims an existing id, which the broker refuses when another producer has used it.
      producerId: -1n,
      producerEpoch: -1,
    });
  }

  /** Takes over the transactional id. @throws {KafkaError} */
  async open(): Promise<void> {
    try {
      await (await this.#producer.beginTransaction()).cancel();
    } catch (error) {
      throw toKafkaError(error);
    }
  }

  /**
   * Writes all messages, or none when it throws. Only a `RefusedMessagesError` can be followed by another call; any other error
   * leaves open whether they were written, which whoever opens the transactional id next can find out.
   * @param mostBytes maximum size of the messages that a partition accepts at once
   * @throws {RefusedMessagesError} for those that are too large; nothing was sent
   * @throws {KafkaError} `fenced` when the id was opened elsewhere
   */
  async write(messages: readonly OutMessage[], mostBytes: number): Promise<void> {
    // The client increments its sequence even when the broker refuses a batch, so everything after it would be out of order.
    if (this.#failure) throw this.#failure;
    const refused = tooLarge(messages, mostBytes);
    if (refused.length > 0) throw new RefusedMessagesError(refused, mostBytes);
    try {
      const transaction = await this.#producer.beginTransaction();
      try {
        for (const chunk of chunksOf(messages, mostBytes)) await transaction.send({ messages: chunk });
        await transaction.commit();
      } catch (error) {
        // Readers of committed messages would otherwise have to wait for its timeout.
        await transaction.abort().catch(() => undefined);
        throw error;
      }
    } catch (error) {
      this.#failure = toKafkaError(error);
      throw this.#failure;
    }
  }

  /** For tests of readers: sends messages and neither commits nor aborts. @throws {KafkaError} */
  async leaveOpen(messages: readonly OutMessage[]): Promise<void> {
    try {
      await (await this.#producer.beginTransaction()).send({ messages: [...messages] });
    } catch (error) {
      throw toKafkaError(error);
    }
  }

  async close(): Promise<void> {
    await this.#producer.close(true).catch(() => undefined);
  }
}

/** Messages that are larger than their topic accepts. */
export class RefusedMessagesError extends KafkaError {
  /** Their indexes. */
  readonly at: readonly number[];

  constructor(at: readonly number[], mostBytes: number) {
    super('record', `The message is larger than ${mostBytes} bytes, which is the topic's max.message.bytes`);
    this.at = at;
  }
}
