import { Producer } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from '../connect/kafka-address.ts';
import { KafkaError, toKafkaError } from '../connect/kafka-error.ts';

export interface OutMessage {
  topic: string;
  /** Default: by the key, or where there is none, any. */
  partition?: number;
  key?: Buffer;
  value: Buffer;
}

type Key = Buffer | undefined;
type Transaction = Awaited<ReturnType<Producer<Buffer, Buffer, Buffer, Buffer>['beginTransaction']>>;

// With the client's default of a second, each transaction waits for the end of the one before.
const RETRY_MS = 5;
const RETRIES = 400;
const CHUNK_BYTES = 512 * 1024;
/** A message's own frame. */
const OVERHEAD_BYTES = 64;

/**
 * Writes messages in transactions of one transactional id. Whoever opens it last is the only one that can commit: the broker aborts
 * what others have open, and refuses them from then on.
 */
export class KafkaTransactions {
  readonly #producer: Producer<Buffer, Buffer, Buffer, Buffer>;

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
    await this.#do(async () => (await this.#producer.beginTransaction()).cancel());
  }

  /**
   * Writes all messages, or none where it throws. An error that is not `record` leaves open whether they are written: open another one
   * and look.
   * @throws {KafkaError} `record` with the indexes of those that the broker refuses; `fenced` when another one has been opened
   */
  async write(messages: readonly OutMessage[]): Promise<void> {
    for (let most = CHUNK_BYTES; ; most /= 8) {
      const transaction = await this.#do(() => this.#producer.beginTransaction());
      const refused = await this.#sendAll(transaction, chunksOf(messages, most));
      if (refused === null) return this.#do(() => transaction.commit());
      await this.#do(() => transaction.abort());
      if (refused.every((chunk) => chunk.length === 1))
        throw new RefusedMessagesError(refused.map(([at]) => at ?? 0));
    }
  }

  async close(): Promise<void> {
    await this.#producer.close(true).catch(() => undefined);
  }

  /** @returns the chunks that are refused; null when none is */
  async #sendAll(
    transaction: Transaction,
    chunks: readonly { at: number[]; messages: OutMessage[] }[],
  ): Promise<number[][] | null> {
    const refused: number[][] = [];
    for (const { at, messages } of chunks) {
      try {
        await this.#do(() => transaction.send({ messages }));
      } catch (error) {
        if (!(error instanceof KafkaError) || error.kind !== 'record') throw error;
        refused.push(at);
      }
    }
    return refused.length > 0 ? refused : null;
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toKafkaError(error);
    }
  }
}

/** The broker refuses single messages of a transaction, such as one that is too large. */
export class RefusedMessagesError extends KafkaError {
  readonly at: readonly number[];

  constructor(at: readonly number[]) {
    super('record', `The broker refuses ${at.length} messages: larger than the topic's max.message.bytes`);
    this.at = at;
  }
}

const sizeOf = ({ key, value }: { key?: Key; value: Buffer }): number =>
  value.length + (key?.length ?? 0) + OVERHEAD_BYTES;

/** A broker refuses what is larger than about a mebibyte, for each partition of a request. */
function chunksOf(messages: readonly OutMessage[], most: number): { at: number[]; messages: OutMessage[] }[] {
  const chunks: { at: number[]; messages: OutMessage[] }[] = [];
  let bytes = Infinity;
  for (const [at, message] of messages.entries()) {
    bytes += sizeOf(message);
    if (bytes > most) {
      chunks.push({ at: [], messages: [] });
      bytes = sizeOf(message);
    }
    chunks.at(-1)?.at.push(at);
    chunks.at(-1)?.messages.push(message);
  }
  return chunks;
}
