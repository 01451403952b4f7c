import { describeError, type Logger } from '@nestjs-spark/foundation';
import { pause } from '@nestjs-spark/foundation/internal';
import {
  LaneConsumers,
  type JetStreamConnection,
  type LaneMessage,
  type LaneSettings,
  type RecordStream,
} from '@nestjs-spark/jetstream/internal';
import { PRIORITY_LANES, type QueuedJob } from '../job/store.ts';

/** What the lanes are made of. */
export interface JetStreamLanesOptions {
  connection: JetStreamConnection;
  records: RecordStream;
  log: Logger;
  limits: Readonly<Record<string, number>>;
  stream: string;
  root: string;
  ackWaitMs: number;
}

type Taker = (job: QueuedJob | null) => void;

const FROM_BELOW_EVERY = 8;
const MOST_AT_ONCE = 10_000;
const AGAIN_MS = 500;
const COUNTS_MS = 250;
/** How long it holds what a lane has: an urgent job is seen that late at most. */
const KNOWN_MS = 100;

/** The queue of jobs in JetStream: one consumer for each priority and for each label with a limit. */
export class JetStreamLanes {
  readonly #options: JetStreamLanesOptions;
  readonly #consumers: LaneConsumers;
  readonly #labels: LaneSettings[];
  readonly #priorities: LaneSettings[];
  readonly #takers = new Set<Taker>();
  readonly #pulling = new Map<string, Promise<void>>();
  readonly #removing = new Set<Promise<void>>();
  /** How many wait in each lane, as far as messages have said since all were asked. */
  readonly #waiting = new Map<string, number>();
  #askedAt = -Infinity;
  #counts: { at: number; of: Promise<Record<string, number>> } | null = null;
  #serving = false;
  #closed = false;
  #turn = 0;

  constructor(options: JetStreamLanesOptions) {
    const { connection, limits, root, stream, ackWaitMs } = options;
    const lane = (name: string, atOnce: number): LaneSettings => ({
      name: `jobs-${name}`,
      subject: `${root}.*.queued.${name}`,
      atOnce,
      ackWaitMs,
    });
    this.#options = options;
    this.#consumers = new LaneConsumers(connection, stream);
    this.#labels = Object.entries(limits).map(([label, most]) => lane(`label-${label}`, most));
    this.#priorities = PRIORITY_LANES.map((name) => lane(name, MOST_AT_ONCE));
  }

  take(signal: AbortSignal): Promise<QueuedJob | null> {
    if (signal.aborted || this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = (): void => give(null);
      const give: Taker = (job) => {
        this.#takers.delete(give);
        signal.removeEventListener('abort', leave);
        resolve(job);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#takers.add(give);
      void this.#serve();
    });
  }

  /** A little older than now where it is asked for often. */
  counts(): Promise<Record<string, number>> {
    const now = performance.now();
    if (!this.#counts || now - this.#counts.at > COUNTS_MS) this.#counts = { at: now, of: this.#count() };
    return this.#counts.of;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const give of this.#takers) give(null);
    await Promise.all([...this.#pulling.values(), ...this.#removing]);
  }

  async #count(): Promise<Record<string, number>> {
    await this.#options.records.provision();
    const lanes = [...this.#labels, ...this.#priorities];
    const counts = await Promise.all(lanes.map((lane) => this.#consumers.pending(lane)));
    return Object.fromEntries(
      lanes.map(({ name }, index) => [name.slice('jobs-'.length), counts[index] ?? 0]),
    );
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    while (this.#takers.size > 0 && !this.#closed) {
      try {
        await this.#options.records.provision();
        await this.#serveOne();
      } catch (error) {
        this.#options.log.warn(`Jobs are not given out for now: ${describeError(error)}`);
        await pause(AGAIN_MS);
      }
    }
    this.#serving = false;
  }

  /** From the first lane in which something waits; where nothing does, from whichever gets something first. */
  async #serveOne(): Promise<void> {
    await this.#look();
    const isFromBelow = ++this.#turn % FROM_BELOW_EVERY === 0;
    const lanes = [...this.#labels, ...(isFromBelow ? this.#priorities.toReversed() : this.#priorities)];
    const free = lanes.filter(({ name }) => !this.#pulling.has(name));
    const waits = ({ name }: LaneSettings): boolean => (this.#waiting.get(name) ?? 0) > 0;
    const labels = free.filter((lane) => this.#labels.includes(lane) && waits(lane));
    const first = free.find((lane) => this.#priorities.includes(lane) && waits(lane));
    // A lane of a label may be at its limit: it is asked beside the others, not before them.
    const asked = first ? [...labels, first] : free;
    for (const lane of asked) this.#pull(lane);
    // What was known to wait may have gone to another process: then the other lanes are not to wait for it.
    const given = new AbortController();
    await Promise.race(
      first ? [this.#pulling.get(first.name), pause(KNOWN_MS, given.signal)] : this.#pulling.values(),
    );
    given.abort();
  }

  /** Asks how many wait, unless that was asked a moment ago: messages say it too, so a busy process hardly asks. */
  async #look(): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < KNOWN_MS) return;
    this.#askedAt = now;
    const lanes = [...this.#labels, ...this.#priorities];
    const counts = await Promise.all(lanes.map((lane) => this.#consumers.pending(lane)));
    for (const [index, { name }] of lanes.entries()) this.#waiting.set(name, counts[index] ?? 0);
  }

  #pull(lane: LaneSettings): void {
    const pulled = this.#pullOne(lane).finally(() => this.#pulling.delete(lane.name));
    this.#pulling.set(lane.name, pulled);
  }

  async #pullOne(lane: LaneSettings): Promise<void> {
    try {
      const message = await this.#consumers.next(lane);
      this.#waiting.set(lane.name, message?.pending ?? 0);
      if (message) this.#offer(message);
    } catch (error) {
      this.#options.log.warn(`The lane ${lane.name} gives nothing for now: ${describeError(error)}`);
      await pause(AGAIN_MS);
    }
  }

  /** What nobody here has time for goes to another process. */
  #offer(message: LaneMessage): void {
    const [give] = this.#takers;
    if (give) give(this.#queued(message));
    else message.giveBack();
  }

  #queued({ subject, sequence, working, done, giveBack }: LaneMessage): QueuedJob {
    const { records, root } = this.#options;
    return {
      jobId: subject.slice(root.length + 1).split('.')[0] ?? '',
      working,
      done: async () => {
        done();
        const removing = records.remove(sequence).catch(() => undefined);
        this.#removing.add(removing);
        void removing.finally(() => this.#removing.delete(removing));
      },
      giveBack: async () => giveBack(),
    };
  }
}
