import { Consumer, FetchIsolationLevels, ListOffsetTimestamps, type RecordsBatch } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from '../connect/kafka-address.ts';
import { KafkaError, toKafkaError } from '../connect/kafka-error.ts';
import { committedOnly } from './committed.ts';

/** Where to begin: at the oldest message, after the newest, or at the first one since a time in milliseconds. */
export type StartAt = 'earliest' | 'latest' | number;

/** A topic's current state in the cluster. */
export interface TopicView {
  /** A recreated topic of the same name has a different id. */
  id: string;
  /** The leader node of each partition. */
  leaders: readonly number[];
}

export interface KafkaMessage {
  offset: number;
  /** Milliseconds since 1970. */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly [Buffer | null, Buffer | null][];
}

/** A partition's messages from an offset on. */
export interface FetchedPartition {
  partition: number;
  /** Where to continue reading: after the last message, and after anything that is not a message or was aborted. */
  next: number;
  /** The current end of committed messages. */
  end: number;
  messages: KafkaMessage[];
  /** How many bytes the messages keep in memory: each keeps the whole answer that it came in, including what was left out of it. */
  heldBytes: number;
  /** As they came, where not only committed messages were asked for. */
  batches: readonly RecordsBatch[];
}

export interface FetchRequest {
  topic: string;
  view: TopicView;
  /** Where to read in each requested partition. */
  offsets: ReadonlyMap<number, number>;
  /** How long a broker waits for the first message. */
  maxWaitMs: number;
  /** Default true. */
  committed?: boolean;
}

// More would make the first response slow and the process large.
const MAX_BYTES = 1024 * 1024;
const RETRY_MS = 50;
/**
 * `view` refreshes the metadata, and after a failure another reader does; otherwise the client would request it with every fetch
 * of a quiet topic.
 */
const METADATA_MS = 60_000;

/** Reads ranges of topics, without a consumer group: the caller keeps the position. */
export class KafkaReader {
  readonly #consumer: Consumer;

  constructor(address: KafkaAddress, clientId: string) {
    const base = baseOptions(address, clientId);
    this.#consumer = new Consumer({
      ...base,
      groupId: clientId,
      retryDelay: RETRY_MS,
      retries: 2,
      autocreateTopics: false,
      metadataMaxAge: METADATA_MS,
    });
  }

  /** @throws {KafkaError} `setup` when there is no such topic */
  async view(topic: string): Promise<TopicView> {
    const metadata = await told(this.#consumer.metadata({ topics: [topic], forceUpdate: true }));
    const found = metadata.topics.get(topic);
    if (!found) throw new KafkaError('setup', `There is no topic ${topic}`);
    const leaders = Array.from(
      { length: found.partitionsCount },
      (_, n) => found.partitions[n]?.leader ?? -1,
    );
    if (leaders.includes(-1)) throw new KafkaError('away', `A partition of ${topic} currently has no leader`);
    return { id: found.id, leaders };
  }

  /** The starting offset of each partition. @throws {KafkaError} */
  async offsets(topic: string, { leaders }: TopicView, at: StartAt): Promise<number[]> {
    const partitions = leaders.map((_, n) => n);
    const timestamp =
      at === 'earliest'
        ? ListOffsetTimestamps.EARLIEST
        : at === 'latest'
          ? ListOffsetTimestamps.LATEST
          : BigInt(at);
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const options = { topics: [topic], partitions: { [topic]: partitions }, timestamp, isolationLevel };
    const found = (await told(this.#consumer.listOffsets(options))).get(topic) ?? [];
    const offsets = partitions.map((n) => Number(found[n] ?? -1n));
    // No message is that recent, so begin with the next one.
    return offsets.includes(-1) && typeof at === 'number'
      ? this.offsets(topic, { id: '', leaders }, 'latest').then((ends) =>
          offsets.map((offset, n) => (offset === -1 ? (ends[n] ?? 0) : offset)),
        )
      : offsets;
  }

  /** What follows the offsets, at most one response's worth per partition. @throws {KafkaError} */
  async fetch(request: FetchRequest): Promise<FetchedPartition[]> {
    const { view, offsets } = request;
    const nodes = Map.groupBy(offsets.keys(), (partition) => view.leaders[partition] ?? -1);
    const answers = await Promise.all(
      [...nodes].map(([node, partitions]) => this.#fetchFrom(node, partitions, request)),
    );
    return answers.flat();
  }

  async #fetchFrom(
    node: number,
    partitions: readonly number[],
    { topic, view, offsets, maxWaitMs, committed = true }: FetchRequest,
  ): Promise<FetchedPartition[]> {
    const wanted = partitions.map((partition) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offsets.get(partition) ?? 0),
      lastFetchedEpoch: -1,
      partitionMaxBytes: MAX_BYTES,
    }));
    this.#consumer.topics.track(topic);
    const response = await told(
      this.#consumer.fetch({
        node,
        topics: [{ topicId: view.id, partitions: wanted }],
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes: MAX_BYTES,
        isolationLevel: committed
          ? FetchIsolationLevels.READ_COMMITTED
          : FetchIsolationLevels.READ_UNCOMMITTED,
      }),
    );
    return response.responses.flatMap((answer) =>
      answer.partitions.flatMap((part) => {
        const from = offsets.get(part.partitionIndex);
        if (from === undefined) return [];
        const batches = part.records ?? [];
        const last = batches.at(-1);
        const kept = committed ? committedOnly(batches, part.abortedTransactions ?? []) : [];
        const messages = kept.flatMap((batch) => messagesOf(batch, from));
        return [
          {
            partition: part.partitionIndex,
            next: last ? Number(last.firstOffset) + last.lastOffsetDelta + 1 : from,
            end: Number(committed ? part.lastStableOffset : part.highWatermark),
            messages,
            heldBytes: messages.length === 0 ? 0 : bytesOf(batches),
            batches: committed ? [] : batches,
          },
        ];
      }),
    );
  }

  async close(): Promise<void> {
    await this.#consumer.close(true).catch(() => undefined);
  }
}

function messagesOf({ firstOffset, firstTimestamp, records }: RecordsBatch, from: number): KafkaMessage[] {
  const [first, time] = [Number(firstOffset), Number(firstTimestamp)];
  const messages: KafkaMessage[] = [];
  for (const { offsetDelta, timestampDelta, key, value, headers } of records) {
    const offset = first + offsetDelta;
    // A batch is sent as a whole, including messages before the requested offset.
    if (offset < from) continue;
    messages.push({ offset, timestamp: time + Number(timestampDelta), key, value, headers });
  }
  return messages;
}

function bytesOf(batches: readonly RecordsBatch[]): number {
  let bytes = 0;
  for (const { records } of batches) for (const { length } of records) bytes += length;
  return bytes;
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toKafkaError(error);
  }
}
