import {
  KafkaError,
  KafkaReader,
  type KafkaAddress,
  type StartAt,
  type TopicView,
} from '@nestjs-spark/kafka/internal';
import type { Position } from '../../batch/batch.ts';
import {
  RunFailedError,
  type PlanLimits,
  type PlannedRange,
  type Source,
  type SourceRecord,
} from '../ports.ts';
import { FetchAhead } from './fetch-ahead.ts';
import { toRecord, type KafkaFormat } from './to-record.ts';
import { readTopicPosition, writeTopicPosition, type Offsets } from './topic-position.ts';

export interface KafkaSourceOptions {
  topic: string;
  /** Where a generation begins. Default `earliest`. */
  start?: 'earliest' | 'latest' | (string & {}) | undefined;
  /** Default `json`. */
  format?: KafkaFormat | undefined;
}

/** New partitions are looked for so often. */
const LOOK_AGAIN_MS = 30_000;

/** The committed messages of a topic. The position has the topic's own id: another topic of the same name has other messages. */
export class KafkaSource implements Source {
  readonly #open: () => KafkaReader;
  #reader: KafkaReader;
  readonly #options: KafkaSourceOptions;
  #ahead: FetchAhead | null = null;
  #lookedAt = -Infinity;
  #planned: { from: string; to: string; records: SourceRecord[] } | null = null;

  constructor(address: KafkaAddress, options: KafkaSourceOptions, clientId: string) {
    this.#open = () => new KafkaReader(address, clientId);
    this.#reader = this.#open();
    this.#options = options;
  }

  async begin(): Promise<Position> {
    const { topic, start = 'earliest' } = this.#options;
    try {
      const view = await this.#reader.view(topic);
      const offsets = await this.#reader.offsets(topic, view, startAt(start));
      return writeTopicPosition(view.id, new Map(offsets.entries()));
    } catch (error) {
      throw this.#told(error);
    }
  }

  async plan(from: Position, limits: PlanLimits, signal: AbortSignal): Promise<PlannedRange> {
    try {
      const ahead = await this.#from(from);
      const { messages, offsets, lag } = await ahead.take(limits, signal);
      const { format = 'json', topic } = this.#options;
      const records = messages.map(([partition, message]) => toRecord(topic, partition, message, format));
      const to = writeTopicPosition(ahead.topicId, offsets);
      this.#planned = { from: JSON.stringify(from), to: JSON.stringify(to), records };
      return { to, isEnd: false, lag };
    } catch (error) {
      throw this.#told(error);
    }
  }

  async read(from: Position, to: Position, signal: AbortSignal): Promise<SourceRecord[]> {
    const planned = this.#planned;
    if (planned?.from === JSON.stringify(from) && planned.to === JSON.stringify(to)) return planned.records;
    try {
      const { format = 'json', topic } = this.#options;
      const ahead = await this.#from(from, to);
      const messages = await ahead.takeUntil(readTopicPosition(ahead.topicId, to, topic), signal);
      return messages.map(([partition, message]) => toRecord(topic, partition, message, format));
    } catch (error) {
      throw this.#told(error);
    }
  }

  async close(): Promise<void> {
    this.#ahead?.stop();
    this.#ahead = null;
    await this.#reader.close();
  }

  /**
   * What is fetched ahead from a position; continues the current fetch if the last batch ended there.
   * @param again the end of a batch that begins there and is read again
   */
  async #from(from: Position, again: Position | null = null): Promise<FetchAhead> {
    const { topic } = this.#options;
    const current = this.#ahead;
    const goesOn = again === null && current?.isAt(readTopicPosition(current.topicId, from, topic)) === true;
    if (goesOn && performance.now() - this.#lookedAt < LOOK_AGAIN_MS) return current;
    if (current && !goesOn) {
      current.stop();
      // A broker answers a connection in order, and may still be holding back its answer to the last question.
      await this.#reader.close();
      this.#reader = this.#open();
      this.#ahead = null;
    }
    const view = await this.#reader.view(topic);
    this.#lookedAt = performance.now();
    const offsets = readTopicPosition(view.id, from, topic);
    if (goesOn && view.leaders.length === offsets.size && current.leadersAre(view.leaders)) return current;
    current?.stop();
    const all = await this.#allOf(view, offsets);
    const first = again === null ? undefined : readTopicPosition(view.id, again, topic);
    this.#ahead = new FetchAhead(this.#reader, topic, view, all, first);
    return this.#ahead;
  }

  /** A partition that a position does not name is read from its beginning, of which retention may have removed some. */
  async #allOf(view: TopicView, offsets: Offsets): Promise<Offsets> {
    const isWhole = view.leaders.every((_, partition) => offsets.has(partition));
    const oldest = isWhole ? [] : await this.#reader.offsets(this.#options.topic, view, 'earliest');
    return new Map(view.leaders.map((_, n) => [n, offsets.get(n) ?? oldest[n] ?? 0]));
  }

  #told(error: unknown): unknown {
    if (!(error instanceof KafkaError)) return error;
    const { topic } = this.#options;
    if (error.kind === 'gone')
      return new RunFailedError(
        `${topic} no longer has the next messages: they were removed by its retention. Start from the beginning, or set the checkpoint`,
        { cause: error },
      );
    if (error.kind !== 'setup') return error;
    return new RunFailedError(`Kafka refuses ${topic}: ${error.message}`, { cause: error });
  }
}

function startAt(start: string): StartAt {
  return start === 'earliest' || start === 'latest' ? start : Date.parse(start);
}
