import {
  counted,
  describeError,
  keepRunning,
  type Logger,
  Nudge,
  pause,
  persist,
  type RetryPolicy,
} from '@nestjs-spark/foundation/internal';
import { encodeClose, type Writer } from '../carry/message.ts';
import { type Arrival, arrivals, BATCHES } from './arrival.ts';
import type { PeerStore } from './peer-store.ts';
import { NodeReport, type NodeState } from './node-report.ts';
import type { LogState, PeerLog } from './peer-log.ts';
import { inBatches } from './in-batches.ts';
import { isAnotherLog } from './is-another-log.ts';
import { LogGap } from './log-gap.ts';
import { LogWriter } from './log-writer.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import type { Snapshots } from './snapshots.ts';

export interface PeerNodeParts {
  readonly writer: Writer;
  readonly store: PeerStore;
  readonly log: PeerLog;
  readonly snapshots: Snapshots;
  /** How many messages the log keeps after the latest snapshot before the next one is taken. */
  readonly keepEvents: number;
  readonly logger: Logger;
  /** Has another node take a snapshot, because this one lacks messages. */
  askForSnapshot(): Promise<unknown>;
  /** Prepares the file, when the store is there; its errors are shown, and it is tried again. */
  begin(signal: AbortSignal): Promise<{ position: number; isWhole: boolean }>;
}

const AGAIN: RetryPolicy = { waitMs: [100, 500, 1_000, 2_000] };
/** Other programs write without notice. */
const LOOK_MS = 1_000;
const SNAPSHOTS_MS = 60_000;
/** How long the writers of a conflict have to settle it. */
const SETTLE_MS = 20_000;
/** Each message costs all nodes a signature to verify, however little it says: a node that has just said something waits for more. */
const SAY_EVERY_MS = 150;

/**
 * One replica at work: reads the log to its end and follows it, and publishes the events of its file. Before it publishes after
 * anything that it does not know the outcome of, it reads up to where the log is then: the file confirms what it finds.
 */
export class PeerNode {
  readonly #parts: PeerNodeParts;
  readonly #stop = new AbortController();
  readonly #nudge = new Nudge();
  readonly report: NodeReport;
  #running: Promise<unknown> = Promise.resolve();
  readonly #begun = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #gap: LogGap;
  readonly #keeper: SnapshotKeeper;
  readonly #writer: LogWriter;
  /** The file has never had all of the log. */
  #isNew = true;
  /** How many times reading the log has ended: afterwards it may be another log. */
  #ended = 0;

  constructor(parts: PeerNodeParts) {
    this.#parts = parts;
    this.report = new NodeReport(parts.logger);
    this.#gap = new LogGap({
      askForSnapshot: () => parts.askForSnapshot(),
      say: (reason) => this.report.say(reason),
      giveUp: (to) => parts.store.giveUp(to),
    });
    this.#writer = new LogWriter({ ...parts, state: this.state });
    const stopping = { signal: this.#stop.signal, isAtWork: () => this.#isAtWork() };
    this.#keeper = new SnapshotKeeper({ ...parts, ...stopping, state: this.state });
  }

  get state(): NodeState {
    return this.report.state;
  }

  start(offlineStart: 'wait' | 'serve'): void {
    this.#running = this.#run(offlineStart);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#begun.resolve();
    this.#ready.resolve();
    await this.#running;
  }

  /** Asks the log for its end, and whether the node has it. Once ready it stays so. */
  async look(): Promise<NodeState> {
    const [ended, isOpen] = [this.#ended, !this.state.isReady && this.state.log === 'connected'];
    const end = isOpen ? await this.#end() : 0;
    if (isOpen && ended === this.#ended) await this.#becomeReady(end);
    return this.state;
  }

  async #run(offlineStart: 'wait' | 'serve'): Promise<void> {
    const [{ signal }, { logger }] = [this.#stop, this.#parts];
    const begin = async () => {
      const { position, isWhole } = await this.#parts.begin(signal);
      this.state.position = position;
      this.#isNew = !isWhole;
      this.state.reason = 'the log has not been reached yet';
      if (isWhole && offlineStart === 'serve') this.#setReady();
    };
    const say = (what: string) => (error: unknown) => logger.warn(`${what} waits: ${describeError(error)}`);
    const until = { signal, policy: AGAIN, endMs: Infinity };
    await persist(begin, {
      ...until,
      onFailure: say('The replica'),
      onEachFailure: (error) => (this.state.reason = describeError(error)),
    });
    if (signal.aborted) return;
    this.#begun.resolve();
    const stopHearing = this.#parts.store.onWritten(() => this.#nudge.nudge());
    await Promise.all([
      keepRunning(() => this.#read(), { ...until, onFailure: say('Reading the log') }),
      keepRunning(() => this.#publish(), { ...until, onFailure: say('Publishing') }),
      keepRunning(() => this.#proposeForOthers(), { ...until, onFailure: say('Settling conflicts') }),
      keepRunning(() => this.#takeSnapshots(), { ...until, onFailure: say('A snapshot') }),
    ]);
    stopHearing();
  }

  async #read(): Promise<void> {
    const { log, store, logger } = this.#parts;
    // Reading ahead ends with this attempt, however the attempt ends.
    const reading = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, reading.signal]);
    try {
      await log.reach(signal);
      await log.provision();
      const here = await log.describe();
      if (here === null) throw new Error('the log is not there yet');
      const { position, isDamaged } = await store.meet(here, await isAnotherLog(log, await store.place()));
      if (isDamaged) {
        logger.warn('The log was replaced or restored: reading it from the beginning');
        this.#gap.forget();
        this.#keeper.isReplaced = true;
      }
      this.state.position = await this.#catchUp(here, position);
      this.#gap.beginAt(this.state.position, here.lastSequence);
      const isWhole = this.state.position === position && here.firstSequence <= position + 1;
      this.#writer.begin(here.lastSequence, isWhole && !isDamaged);
      this.report.reach('connected');
      await this.#gap.pass(here.firstSequence);
      if (this.#gap.readTo > this.state.position) {
        await store.skipTo(this.#gap.readTo);
        this.state.position = this.#gap.readTo;
      }
      await this.#becomeReady(here.lastSequence);
      if (this.#isBehindNothing()) await this.#gap.demandLacking();
      this.#nudge.nudge();
      const messages = this.#messages(log.read(this.state.position + 1, signal));
      for await (const batch of inBatches(messages, BATCHES, signal)) await this.#apply(batch);
    } finally {
      reading.abort();
      this.#ended++;
      this.report.reach('away');
      this.#writer.suspend();
    }
  }

  /** @returns the position that the file has, or that of a snapshot which reaches further */
  async #catchUp(here: LogState, position: number): Promise<number> {
    const latest = await this.#parts.snapshots.latest(here);
    this.state.snapshot = latest?.cut ?? 0;
    const { lackedAt } = this.#gap;
    const isWanted = latest && (latest.cut > position || (lackedAt > 0 && latest.cut >= lackedAt));
    if (!isWanted) return position;
    this.report.say(`the snapshot of ${latest.node} is being loaded`);
    this.state.isLoading = true;
    try {
      if (await this.#parts.snapshots.load(latest, this.#stop.signal)) this.#warnOfNewLife();
      this.#gap.lackedAt = 0;
    } finally {
      this.state.isLoading = false;
    }
    return latest.cut;
  }

  /** Resolves once the file is prepared, or the node is stopped. */
  whenBegun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Resolves once this node has all that was in the log, or is stopped. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** An operator confirms that messages of the log are lost for good. @returns whether any were missing */
  takeAsItIs(): boolean {
    return this.#gap.takeAsItIs();
  }

  /** @see SnapshotKeeper.take */
  takeSnapshot(): Promise<number | null> {
    return this.#keeper.take();
  }

  /** @see SnapshotKeeper.begin */
  beginSnapshot(): boolean {
    return this.#keeper.begin();
  }

  /**
   * Closes an origin after its last message. Its node learns of it before it can publish again, and continues under another.
   * @throws {LogConflictError} when it has written meanwhile
   */
  async close(close: { origin: string; node: string; after: number; proof: string }): Promise<void> {
    await this.#parts.log.append(close.origin, encodeClose(close), close.after);
  }

  /** At another time on each node, so that mostly one of them takes it. */
  async #takeSnapshots(): Promise<void> {
    await pause(SNAPSHOTS_MS * (0.5 + Math.random()), this.#stop.signal);
    await this.#keeper.takeIfDue();
  }

  async #proposeForOthers(): Promise<void> {
    await pause(SETTLE_MS / 2, this.#stop.signal);
    if (!this.#isAtWork()) return;
    if ((await this.#parts.store.proposeForOthers(Date.now() - SETTLE_MS)) > 0) this.#nudge.nudge();
  }

  #isAtWork(): boolean {
    return !this.#stop.signal.aborted && this.state.isReady && this.state.log === 'connected';
  }

  #warnOfNewLife(): void {
    this.#parts.logger.warn(
      'This file is a copy, was restored from a backup, or its node was retired: unpublished changes are published under another origin',
    );
  }

  async *#messages(read: ReturnType<PeerLog['read']>): AsyncGenerator<Arrival> {
    for await (const arrival of arrivals(read, this.#parts.writer.service)) {
      await this.#gap.pass(arrival.sequence);
      this.#gap.readTo = arrival.sequence;
      yield arrival;
    }
  }

  async #apply(batch: readonly Arrival[]): Promise<void> {
    const { newLives, refused, clockMs, isShared } = await this.#parts.store.apply(batch);
    this.report.noteApplied(batch, clockMs);
    this.report.noteRefused(refused);
    if (isShared) this.report.noteShared();
    if (newLives.length > 0) this.#warnOfNewLife();
    // A node that has been complete has all that honest nodes build upon: to it, such a message is a stranger's.
    if (this.#isNew) {
      const lacking = refused.findLast(({ why }) => why === 'hole' || why === 'wait');
      this.#gap.lackedAt = lacking?.sequence ?? this.#gap.lackedAt;
    }
    if (this.#isBehindNothing()) await this.#becomeReady(await this.#end());
    if (this.#isBehindNothing()) await this.#gap.demandLacking();
    this.#nudge.nudge();
  }

  #isBehindNothing(): boolean {
    return !this.state.isReady && this.state.position >= this.state.target;
  }

  /** @param end the log's end at the time of asking */
  async #becomeReady(end: number): Promise<void> {
    this.state.target = end;
    if (this.state.isReady) return;
    const behind = end - this.state.position;
    if (behind > 0) {
      this.state.reason = `${counted(behind, 'message')} of the log ${behind === 1 ? 'is' : 'are'} not applied yet`;
      return;
    }
    if (this.#gap.lackedAt > 0) return;
    await this.#parts.store.becomeWhole();
    this.#isNew = false;
    this.#setReady();
  }

  #setReady(): void {
    this.report.becomeReady();
    this.#ready.resolve();
  }

  async #end(): Promise<number> {
    return (await this.#parts.log.describe())?.lastSequence ?? Infinity;
  }

  async #publish(): Promise<void> {
    const { signal } = this.#stop;
    await this.#nudge.wait(signal, LOOK_MS);
    if (await this.#writer.say(signal)) await pause(SAY_EVERY_MS, signal);
  }
}
