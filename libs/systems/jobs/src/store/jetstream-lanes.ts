import { describeError, type Logger } from '@nestjs-spark/foundation';
import { pause, Repeats } from '@nestjs-spark/foundation/internal';
import {
  LaneConsumers,
  recordSubject,
  type JetStreamConnection,
  type LaneMessage,
  type LaneSettings,
  type RecordStream,
  type StoredRecord,
} from '@nestjs-spark/jetstream/internal';
import { PRIORITY_LANES, type QueuedJob, type StoredJob } from '../job/store.ts';
import { queuedIn, WAITING } from './job-place.ts';
import { LaneTurns } from './lane-turns.ts';
import { Takers } from './takers.ts';

/** What the lanes are made of. */
export interface JetStreamLanesOptions {
  connection: JetStreamConnection;
  records: RecordStream;
  log: Logger;
  limits: Readonly<Record<string, number>>;
  stream: string;
  root: string;
  ackWaitMs: number;
  /** The job of a message; null when it is none. */
  read(record: StoredRecord): StoredJob | null;
}

const MOST_AT_ONCE = 10_000;
const AGAIN_MS = 500;
const COUNTS_MS = 250;
const SAY_AGAIN_MS = 60_000;
/** How long it holds what a lane has: an urgent job is seen that late at most. */
const KNOWN_MS = 100;

/** The queue of jobs in JetStream: one consumer for each priority and for each label with a limit. */
export class JetStreamLanes {
  readonly #options: JetStreamLanesOptions;
  readonly #consumers: LaneConsumers;
  readonly #labels: LaneSettings[];
  readonly #priorities: LaneSettings[];
  /** Only counts: the server itself moves what waits for its time. */
  readonly #scheduled: LaneSettings;
  readonly #takers = new Takers();
  readonly #turns = new LaneTurns();
  readonly #repeats = new Repeats(SAY_AGAIN_MS);
  readonly #pulling = new Map<string, Promise<void>>();
  /** How many wait in each lane, as far as messages have said since all were asked. */
  readonly #waiting = new Map<string, number>();
  #askedAt = -Infinity;
  #counts: { at: number; of: Promise<Record<string, number>> } | null = null;
  #serving = false;
  #closed = false;

  constructor(options: JetStreamLanesOptions) {
    const { connection, limits, root, stream, ackWaitMs } = options;
    const lane = (name: string, atOnce: number): LaneSettings => ({
      name: `jobs-${name}`,
      subject: recordSubject(root, '*', queuedIn(name)),
      atOnce,
      ackWaitMs,
    });
    this.#options = options;
    this.#consumers = new LaneConsumers(connection, stream);
    this.#labels = Object.entries(limits).map(([label, most]) => lane(`label-${label}`, most));
    this.#priorities = PRIORITY_LANES.map((name) => lane(name, MOST_AT_ONCE));
    const subject = recordSubject(root, '*', WAITING);
    this.#scheduled = { ...lane(WAITING, MOST_AT_ONCE), subject };
  }

  take(signal: AbortSignal): Promise<QueuedJob | null> {
    if (this.#closed) return Promise.resolve(null);
    const taken = this.#takers.wait(signal);
    void this.#serve();
    return taken;
  }

  /** May be slightly out of date when asked for often. */
  counts(): Promise<Record<string, number>> {
    const now = performance.now();
    if (!this.#counts || now - this.#counts.at > COUNTS_MS) this.#counts = { at: now, of: this.#count() };
    return this.#counts.of;
  }

  /** How many jobs have not ended. One that was given back for later counts as delivered, like one that runs: its message is there until its end. */
  async open(): Promise<number> {
    await this.#options.records.provision();
    const lanes = [...this.#labels, ...this.#priorities];
    const counts = await Promise.all([
      ...lanes.map((lane) => this.#consumers.unfinished(lane)),
      this.#consumers.unfinished(this.#scheduled),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#takers.sendAway();
    await Promise.all(this.#pulling.values());
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
        this.#warn('No jobs are handed out for now', error);
        await pause(AGAIN_MS);
      }
    }
    this.#serving = false;
  }

  /** From the first lane in which something waits; where nothing does, from whichever gets something first. */
  async #serveOne(): Promise<void> {
    await this.#look();
    const lanes = this.#turns.next(this.#labels, this.#priorities);
    const free = lanes.filter(({ name }) => !this.#pulling.has(name));
    const waiting = free.filter(({ name }) => (this.#waiting.get(name) ?? 0) > 0);
    const first = waiting.find((lane) => this.#priorities.includes(lane));
    // A lane of a label may be at its limit: it is asked beside the others. The first to answer fills the places, so the order takes turns.
    const asked = first ? waiting.filter((lane) => lane === first || this.#labels.includes(lane)) : free;
    for (const lane of asked) this.#pull(lane);
    // What was known to wait may have gone to another process: then the other lanes are not to wait for it.
    const known = Promise.withResolvers<void>();
    const timer = first && setTimeout(known.resolve, KNOWN_MS);
    await Promise.race(first ? [this.#pulling.get(first.name), known.promise] : this.#pulling.values());
    if (timer) clearTimeout(timer);
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
      // As many as are known to wait, so that a request does not stay open for those that are not there.
      const most = Math.max(1, Math.min(this.#takers.size, this.#waiting.get(lane.name) ?? 0));
      const came = await this.#consumers.take(lane, most, (message) => {
        this.#waiting.set(lane.name, message.pending);
        this.#offer(message);
      });
      if (came === 0) this.#waiting.set(lane.name, 0);
    } catch (error) {
      this.#warn(`The lane ${lane.name} cannot be read for now`, error);
      await pause(AGAIN_MS);
    }
  }

  /** Several lanes fail together, and each tries again soon. */
  #warn(what: string, error: unknown): void {
    const text = `${what}: ${describeError(error)}`;
    if (this.#repeats.leftOut(text, performance.now()) !== null) this.#options.log.warn(text);
  }

  /** What nobody here has time for goes to another process. */
  #offer(message: LaneMessage): void {
    if (!this.#takers.give(this.#queued(message))) message.giveBack();
  }

  #queued(message: LaneMessage): QueuedJob {
    const { subject, sequence, payload, time, times, working, done, giveBack } = message;
    const { records, read } = this.#options;
    const record = records.recordOf(subject, sequence, payload, time);
    // What comes again may run already: then the record says it, not the message.
    const queued = times === 1 ? read(record) : null;
    return {
      ...(queued ? { queued } : {}),
      jobId: record.id,
      times,
      working,
      done: async () => {
        done();
        records.forget(sequence);
      },
      giveBack: async (afterMs) => giveBack(afterMs),
    };
  }
}
