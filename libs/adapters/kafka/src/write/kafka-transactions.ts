import { Producer } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from '../connect/kafka-address.ts';
import { KafkaError, toKafkaError } from '../connect/kafka-error.ts';
import { chunksOf, tooLarge, type OutMessage } from './chunks.ts';

// With the client's default of a second, each transaction waits for the end of the one before.
const RETRY_MS = 5;
const RETRIES = 400;

/**
 * Writes messages in transactions of one transactional id. Whoever opens it last is the only one that can commit: the broker aborts
 * what others have open, and refuses them from then on.
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
      // The client's default of 0 claims to have an id already, and is refused by the broker when another one has used it.
      producerId: -1n,
      producerEpoch: -1,
    });
  }

  /** Takes the transactional id from whoever has it. @throws {KafkaError} */
  async open(): Promise<void> {
    try {
      await (await this.#producer.beginTransaction()).cancel();
    } catch (error) {
      throw toKafkaError(error);
    }
  }

  /**
   * Writes all messages, or none where it throws. Only a `RefusedMessagesError` can be followed by another call; any other error leaves
   * open whether they are written, and whoever opens the transactional id again can look.
   * @param mostBytes the largest set of messages that a partition takes at once
   * @throws {RefusedMessagesError} for those that are too large; nothing was sent
   * @throws {KafkaError} `fenced` when another one has been opened
   */
  async write(messages: readonly OutMessage[], mostBytes: number): Promise<void> {
    // The client counts what it sends in, even where the broker refuses it, so that nothing that follows would be in order.
    if (this.#failure) throw this.#failure;
    const refused = tooLarge(messages, mostBytes);
    if (refused.length > 0) throw new RefusedMessagesError(refused, mostBytes);
    try {
      const transaction = await this.#producer.beginTransaction();
      try {
        for (const chunk of chunksOf(messages, mostBytes)) await transaction.send({ messages: chunk });
        await transaction.commit();
      } catch (error) {
        // Whoever reads what is committed would have to wait for its time-out.
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

/** Messages that are larger than their topic takes. */
export class RefusedMessagesError extends KafkaError {
  /** Their indexes. */
  readonly at: readonly number[];

  constructor(at: readonly number[], mostBytes: number) {
    super('record', `The message is larger than ${mostBytes} bytes, which is the topic's max.message.bytes`);
    this.at = at;
  }
}
