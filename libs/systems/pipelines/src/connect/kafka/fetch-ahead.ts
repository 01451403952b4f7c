import { once } from 'node:events';
import type { FetchedPartition, KafkaMessage, KafkaReader, TopicView } from '@nestjs-spark/kafka/internal';
import type { PlanLimits } from '../ports.ts';
import type { Offsets } from './topic-position.ts';

/** A message with its partition. */
export type Placed = [partition: number, message: KafkaMessage];

interface Taken {
  messages: Placed[];
  offsets: Offsets;
  /** How many offsets follow the batch. */
  lag: number;
}

/** Fetching pauses while this much has not been taken. */
const [MOST_MESSAGES, MOST_BYTES] = [40_000, 16 * 1024 * 1024];
/** A single broker is long-polled; with several, one must not delay what another has. */
const [ONE_BROKER_MS, SEVERAL_BROKERS_MS] = [5_000, 200];

/** Messages after a position, fetched while the previous batch is being written. */
export class FetchAhead {
  readonly #reader: KafkaReader;
  readonly #topic: string;
  readonly #view: TopicView;
  readonly #queues = new Map<number, FetchedPartition[]>();
  /** The offset after the last fetched message, by partition. */
  readonly #fetchAt: Map<number, number>;
  /** The offset after the last taken message, by partition. */
  readonly #takeAt: Map<number, number>;
  readonly #ends = new Map<number, number>();
  /** How many messages of an answer were taken. */
  readonly #cursors = new WeakMap<FetchedPartition, number>();
  readonly #changed = new EventTarget();
  #count = 0;
  #bytes = 0;
  /** The partition with which the next batch begins, so that none is starved. */
  #turn = 0;
  #isStopped = false;
  #failure: { error: unknown } | null = null;

  constructor(reader: KafkaReader, topic: string, view: TopicView, offsets: Offsets) {
    this.#reader = reader;
    this.#topic = topic;
    this.#view = view;
    this.#fetchAt = new Map(offsets);
    this.#takeAt = new Map(offsets);
    void this.#fetch();
  }

  get topicId(): string {
    return this.#view.id;
  }

  /** Whether every partition still has the leader that is being asked. */
  leadersAre(leaders: readonly number[]): boolean {
    return leaders.every((leader, partition) => leader === this.#view.leaders[partition]);
  }

  /** Whether the next message to take follows these offsets. */
  isAt(offsets: Offsets): boolean {
    if (this.#failure || offsets.size !== this.#takeAt.size) return false;
    return [...offsets].every(([partition, offset]) => this.#takeAt.get(partition) === offset);
  }

  /**
   * The next batch: as much as the limits allow, or what arrived within `maxWaitMs` of its first message; nothing if none arrived within `idleMs`.
   * @throws the error of a failed fetch
   */
  async take(
    { maxRecords, maxBytes, maxWaitMs, idleMs = maxWaitMs }: PlanLimits,
    signal: AbortSignal,
  ): Promise<Taken> {
    const begunAt = performance.now();
    await this.#within(idleMs, signal, () => this.#hasSome());
    // A message waits no longer than if the source were polled every `maxWaitMs`.
    const leftMs = Math.ceil(maxWaitMs - ((performance.now() - begunAt) % maxWaitMs));
    if (this.#hasSome())
      await this.#within(leftMs, signal, () => this.#count >= maxRecords || this.#bytes >= maxBytes);
    signal.throwIfAborted();
    const taken = new Map<number, Placed[]>();
    let [count, bytes] = [0, 0];
    for (const [partition, queue] of this.#inTurn()) {
      const messages: Placed[] = [];
      while (queue.length > 0 && count < maxRecords && bytes < maxBytes) {
        const message = this.#shift(partition, queue);
        if (!message) continue;
        messages.push([partition, message]);
        count += 1;
        bytes += sizeOf(message);
      }
      taken.set(partition, messages);
    }
    // Reading the range again gives the same order.
    const messages = [...taken].toSorted(([one], [other]) => one - other).flatMap(([, some]) => some);
    this.#tell();
    return { messages, offsets: new Map(this.#takeAt), lag: this.#lag() };
  }

  /** All messages up to these offsets. @throws the error of a failed fetch */
  async takeUntil(to: Offsets, signal: AbortSignal): Promise<Placed[]> {
    const messages: Placed[] = [];
    for (const [partition, end] of to) {
      while ((this.#takeAt.get(partition) ?? end) < end) {
        await this.#until(() => (this.#queues.get(partition)?.length ?? 0) > 0, signal);
        signal.throwIfAborted();
        const queue = this.#queues.get(partition) ?? [];
        const [answer] = queue;
        const next = answer?.messages[this.#cursors.get(answer) ?? 0];
        if (next && next.offset >= end) break;
        const message = this.#shift(partition, queue);
        if (message) messages.push([partition, message]);
        this.#tell();
      }
    }
    return messages;
  }

  stop(): void {
    this.#isStopped = true;
    this.#tell();
  }

  /** The next message of a partition; null if an answer ends with something that is not a message. */
  #shift(partition: number, queue: FetchedPartition[]): KafkaMessage | null {
    const [answer] = queue;
    if (!answer) return null;
    const cursor = this.#cursors.get(answer) ?? 0;
    const message = answer.messages[cursor] ?? null;
    if (message) {
      this.#count -= 1;
      this.#bytes -= sizeOf(message);
    }
    const isLast = cursor + 1 >= answer.messages.length;
    if (isLast) queue.shift();
    else this.#cursors.set(answer, cursor + 1);
    this.#takeAt.set(partition, isLast ? answer.next : (message?.offset ?? 0) + 1);
    return message;
  }

  #inTurn(): [number, FetchedPartition[]][] {
    const all = [...this.#queues];
    const first = all.length === 0 ? 0 : this.#turn++ % all.length;
    return [...all.slice(first), ...all.slice(0, first)];
  }

  #lag(): number {
    return [...this.#ends].reduce((sum, [partition, end]) => {
      return sum + Math.max(0, end - (this.#takeAt.get(partition) ?? end));
    }, 0);
  }

  async #fetch(): Promise<void> {
    const isOne = new Set(this.#view.leaders).size === 1;
    try {
      while (!this.#isStopped) {
        const answers = await this.#reader.fetch({
          topic: this.#topic,
          view: this.#view,
          offsets: this.#fetchAt,
          maxWaitMs: isOne ? ONE_BROKER_MS : SEVERAL_BROKERS_MS,
        });
        for (const answer of answers) this.#keep(answer);
        this.#tell();
        await this.#until(() => this.#count < MOST_MESSAGES && this.#bytes < MOST_BYTES, null);
      }
    } catch (error) {
      this.#failure = { error };
      this.#tell();
    }
  }

  #keep(answer: FetchedPartition): void {
    const { partition, next, end, messages } = answer;
    this.#ends.set(partition, end);
    if (next <= (this.#fetchAt.get(partition) ?? 0)) return;
    this.#fetchAt.set(partition, next);
    this.#count += messages.length;
    for (const message of messages) this.#bytes += sizeOf(message);
    const queue = this.#queues.get(partition);
    if (queue) queue.push(answer);
    else this.#queues.set(partition, [answer]);
  }

  #tell(): void {
    this.#changed.dispatchEvent(new Event('change'));
  }

  #hasSome(): boolean {
    return [...this.#queues.values()].some(({ length }) => length > 0);
  }

  async #within(ms: number, signal: AbortSignal, isSo: () => boolean): Promise<void> {
    if (!isSo()) await this.#until(isSo, AbortSignal.any([signal, AbortSignal.timeout(ms)]));
  }

  /** Waits for a condition; stopping and the signal end the wait as well. @throws the error of a failed fetch */
  async #until(isSo: () => boolean, signal: AbortSignal | null): Promise<void> {
    const isOver = () => this.#isStopped || signal?.aborted === true;
    while (!isSo() && !isOver()) {
      if (this.#failure && signal) throw this.#failure.error;
      await once(this.#changed, 'change', signal ? { signal } : {}).catch(() => undefined);
    }
  }
}

const sizeOf = ({ key, value }: KafkaMessage): number => (value?.length ?? 0) + (key?.length ?? 0);
