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

/** Fetching stops while this many messages, or answers of this many bytes, have not been taken yet. */
const [MOST_MESSAGES, MOST_BYTES] = [40_000, 16 * 1024 * 1024];
/** A single broker is long-polled; with several, one must not delay what another has. */
const [ONE_BROKER_MS, SEVERAL_BROKERS_MS] = [5_000, 200];

/** Messages after a position, fetched while the previous batch is being written. */
export class FetchAhead {
  readonly #reader: Pick<KafkaReader, 'fetch'>;
  readonly #topic: string;
  readonly #view: TopicView;
  readonly #queues = new Map<number, FetchedPartition[]>();
  /** The offset after the last fetched message, by partition. */
  readonly #fetchAt: Map<number, number>;
  /** The offset after the last taken message, by partition. */
  readonly #takeAt: Map<number, number>;
  readonly #ends = new Map<number, number>();
  /** The end of a batch that is read again: everything up to it is fetched first. */
  readonly #first: Offsets;
  /** How many of an answer's messages are taken. */
  readonly #cursors = new WeakMap<FetchedPartition, number>();
  readonly #changed = new EventTarget();
  #count = 0;
  #bytes = 0;
  /** Bytes of the answers that have not been taken completely: a single message keeps its whole answer in memory. */
  #heldBytes = 0;
  /** Determines the partition with which the next batch begins, so that none has to wait for another one. */
  #turn = 0;
  #fetches = 0;
  #isStopped = false;
  #failure: { error: unknown } | null = null;

  /** @param first the end of a batch that `takeUntil` is going to request */
  constructor(
    reader: Pick<KafkaReader, 'fetch'>,
    topic: string,
    view: TopicView,
    offsets: Offsets,
    first: Offsets = new Map(),
  ) {
    this.#reader = reader;
    this.#topic = topic;
    this.#view = view;
    this.#first = first;
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
   * The next batch: as much as the limits allow, or what came within `maxWaitMs` of its first message; nothing if none came in `idleMs`.
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
      await this.#within(
        leftMs,
        signal,
        () => this.#count >= maxRecords || this.#bytes >= maxBytes || this.#isFull(),
      );
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

  /** Everything up to the offsets that the constructor got. @throws what a fetch threw; {Error} when it was stopped before */
  async takeUntil(to: Offsets, signal: AbortSignal): Promise<Placed[]> {
    const messages: Placed[] = [];
    for (const [partition, end] of to) {
      while ((this.#takeAt.get(partition) ?? end) < end) {
        await this.#until(() => (this.#queues.get(partition)?.length ?? 0) > 0, signal);
        signal.throwIfAborted();
        if (this.#isStopped) throw new Error('The source was closed while a batch was read from it');
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
    if (isLast) {
      queue.shift();
      this.#heldBytes -= answer.heldBytes;
    } else this.#cursors.set(answer, cursor + 1);
    this.#takeAt.set(partition, isLast ? answer.next : (message?.offset ?? 0) + 1);
    return message;
  }

  #inTurn(): [number, FetchedPartition[]][] {
    return turned([...this.#queues], this.#turn++);
  }

  /** An answer has room for few partitions, and a broker begins with the first one listed: it must not always be the same. */
  #wanted(): Offsets {
    const lacking = this.#lacking();
    return new Map(lacking.length > 0 ? lacking : turned([...this.#fetchAt], this.#fetches++));
  }

  /** Partitions whose part of the batch to read again is not completely fetched: others must not fill the memory before that. */
  #lacking(): [number, number][] {
    return [...this.#fetchAt].filter(([partition, at]) => at < (this.#first.get(partition) ?? 0));
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
          offsets: this.#wanted(),
          maxWaitMs: isOne ? ONE_BROKER_MS : SEVERAL_BROKERS_MS,
        });
        for (const answer of answers) this.#keep(answer);
        this.#tell();
        await this.#until(() => !this.#isFull() || this.#lacking().length > 0, null);
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
    this.#heldBytes += answer.heldBytes;
    const queue = this.#queues.get(partition);
    const last = queue?.at(-1);
    // However many messages of a topic were aborted, none of them is kept.
    if (last && messages.length === 0) last.next = next;
    else if (queue) queue.push(answer);
    else this.#queues.set(partition, [answer]);
  }

  #isFull(): boolean {
    return this.#count >= MOST_MESSAGES || this.#heldBytes >= MOST_BYTES;
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

function turned<T>(list: readonly T[], turn: number): T[] {
  const first = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

const sizeOf = ({ key, value }: KafkaMessage): number => (value?.length ?? 0) + (key?.length ?? 0);
