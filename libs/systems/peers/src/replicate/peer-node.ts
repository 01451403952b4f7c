import { LogFullError } from '@nestjs-spark/contracts/internal';
import {
  describeError,
  keepRunning,
  type Logger,
  Nudge,
  pause,
  persist,
  type RetryPolicy,
} from '@nestjs-spark/foundation/internal';
import type { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import { decodeMessage, encodeMessage } from '../carry/message.ts';
import type { Arrival, PeerStore } from './peer-store.ts';
import { inBatches } from './in-batches.ts';
import type { Snapshots } from './snapshots.ts';

/** The log, as far as a node uses it. */
export type PeerLog = Pick<JetStreamSharedLog, 'provision' | 'describe' | 'append' | 'read'>;

export interface PeerNodeParts {
  readonly nodeId: string;
  readonly store: PeerStore;
  readonly log: PeerLog;
  readonly snapshots: Snapshots;
  /** How many messages the log keeps behind the latest snapshot before the next one is taken. */
  readonly keepEvents: number;
  readonly logger: Logger;
  /** Prepares the file, when the store is there; its errors are shown, and it is tried again. */
  begin(signal: AbortSignal): Promise<{ position: number; isWhole: boolean }>;
}

const AGAIN: RetryPolicy = { waitMs: [100, 500, 1_000, 2_000] };
/** Other programs write without notice. */
const LOOK_MS = 1_000;
const FULL_MS = 5_000;
const LET_GO_MS = 60_000;
/** How long the writers of a conflict have to settle it. */
const SETTLE_MS = 20_000;
const MOST_MESSAGES = 64;
const COMPANY_MS = 5;

/** What a node says of itself. */
export interface NodeState {
  isReady: boolean;
  /** Why not yet; null when it is ready. */
  reason: string | null;
  log: 'connected' | 'away';
  position: number;
  /** The log's end as it was when the node last asked. */
  target: number;
  /** Messages that no node has written, and were left out. */
  refused: number;
  isLoading: boolean;
  /** The place of the latest snapshot that this node knows. */
  lowWater: number;
  newLives: { at: string; why: 'two-lives' | 'log-damaged' }[];
}

/**
 * One replica at work: reads the log to its end and follows it, and publishes the events of its file. Before it publishes after
 * anything that it does not know the outcome of, it reads up to where the log is then: the file confirms what it finds.
 */
export class PeerNode {
  readonly #parts: PeerNodeParts;
  readonly #stop = new AbortController();
  readonly #nudge = new Nudge();
  readonly state: NodeState = {
    isReady: false,
    reason: 'the store is not prepared yet',
    log: 'away',
    position: 0,
    target: 0,
    refused: 0,
    isLoading: false,
    lowWater: 0,
    newLives: [],
  };
  #lookTo = Infinity;
  #running: Promise<unknown> = Promise.resolve();
  /** The outcome of the last message is not known. */
  #isInDoubt = false;

  constructor(parts: PeerNodeParts) {
    this.#parts = parts;
  }

  start(offlineStart: 'wait' | 'serve'): void {
    this.#running = this.#run(offlineStart);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Asks the log for its end, and whether the node has it. Once ready it stays so. */
  async look(): Promise<NodeState> {
    if (!this.state.isReady && this.state.log === 'connected') await this.#becomeReady(await this.#end());
    return this.state;
  }

  async #run(offlineStart: 'wait' | 'serve'): Promise<void> {
    const { signal } = this.#stop;
    const { logger } = this.#parts;
    const begin = async () => {
      const { position, isWhole } = await this.#parts.begin(signal);
      this.state.position = position;
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
    const stopHearing = this.#parts.store.onWritten(() => this.#nudge.nudge());
    await Promise.all([
      keepRunning(() => this.#read(), { ...until, onFailure: say('Reading the log') }),
      keepRunning(() => this.#publish(), { ...until, onFailure: say('Publishing') }),
      keepRunning(() => this.#proposeForOthers(), { ...until, onFailure: say('Settling conflicts') }),
      keepRunning(() => this.#letGo(), { ...until, onFailure: say('A snapshot') }),
    ]);
    stopHearing();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    const { log, store, logger } = this.#parts;
    try {
      await log.provision();
      const here = await log.describe();
      if (here === null) throw new Error('the log is not there yet');
      const { position, isDamaged } = await store.meet(here);
      if (isDamaged) {
        logger.warn('The log was replaced or restored: reading it from the beginning');
        this.state.newLives.push({ at: new Date().toISOString(), why: 'log-damaged' });
      }
      this.state.position = await this.#catchUp(here.created, position);
      this.#lookTo = here.lastSequence;
      this.state.log = 'connected';
      await this.#becomeReady(here.lastSequence);
      this.#nudge.nudge();
      const messages = this.#arrivals(this.state.position + 1, signal);
      for await (const batch of inBatches(messages, MOST_MESSAGES, COMPANY_MS, signal))
        await this.#apply(batch);
    } finally {
      this.state.log = 'away';
      this.#lookTo = Infinity;
    }
  }

  /** @returns the position that the file has, or that of a snapshot which reaches further */
  async #catchUp(created: string, position: number): Promise<number> {
    const { snapshots } = this.#parts;
    const latest = await snapshots.latest(created);
    this.state.lowWater = latest?.cut ?? 0;
    if (!latest || latest.cut <= position) return position;
    this.#say(`the snapshot of ${latest.node} is being loaded`);
    this.state.isLoading = true;
    try {
      if (await snapshots.load(latest)) this.#noteNewLife();
    } finally {
      this.state.isLoading = false;
    }
    return latest.cut;
  }

  /** Takes a snapshot now. @returns its place in the log; null when the node is not complete, or the log away */
  async takeSnapshot(): Promise<number | null> {
    const here =
      this.state.isReady && this.state.log === 'connected' ? await this.#parts.log.describe() : null;
    if (here === null) return null;
    const cut = await this.#parts.snapshots.take(here.created);
    this.state.lowWater = Math.max(this.state.lowWater, cut);
    return cut;
  }

  /** At another time on each node, so that mostly one of them takes it. */
  async #letGo(): Promise<void> {
    const { log, snapshots, keepEvents } = this.#parts;
    await pause(LET_GO_MS * (0.5 + Math.random()), this.#stop.signal);
    if (this.#stop.signal.aborted || !this.state.isReady || this.state.log === 'away') return;
    const here = await log.describe();
    const latest = here && (await snapshots.latest(here.created));
    this.state.lowWater = latest?.cut ?? 0;
    if (this.state.position - this.state.lowWater >= keepEvents) await this.takeSnapshot();
  }

  async #proposeForOthers(): Promise<void> {
    await pause(SETTLE_MS / 2, this.#stop.signal);
    if (this.#stop.signal.aborted || !this.state.isReady || this.state.log === 'away') return;
    if ((await this.#parts.store.proposeForOthers(Date.now() - SETTLE_MS)) > 0) this.#nudge.nudge();
  }

  #say(reason: string): void {
    if (!this.state.isReady) this.state.reason = reason;
  }

  #noteNewLife(): void {
    this.#parts.logger.warn('Another file has used the same numbers: unpublished changes are renumbered');
    this.state.newLives.push({ at: new Date().toISOString(), why: 'two-lives' });
  }

  async *#arrivals(from: number, signal: AbortSignal): AsyncGenerator<Arrival> {
    let next = from;
    for await (const message of this.#parts.log.read(from, signal)) {
      const { sequence, storedAt } = message;
      if (sequence !== next) {
        this.#say(
          `messages ${next} to ${sequence - 1} of the log are gone, and no snapshot stands for them yet`,
        );
        throw new Error(
          `messages ${next} to ${sequence - 1} of the log are gone: a snapshot has to stand for them`,
        );
      }
      next++;
      yield { sequence, storedAt, message: await decodeMessage(message) };
    }
  }

  async #apply(batch: readonly Arrival[]): Promise<void> {
    const { newLives, refused } = await this.#parts.store.apply(batch);
    this.state.position = batch.at(-1)?.sequence ?? this.state.position;
    this.state.refused += refused;
    for (let count = 0; count < newLives; count++) this.#noteNewLife();
    if (!this.state.isReady && this.state.position >= this.state.target)
      await this.#becomeReady(await this.#end());
    this.#nudge.nudge();
  }

  /** @param end the log's end at the time of asking */
  async #becomeReady(end: number): Promise<void> {
    this.state.target = end;
    if (this.state.isReady) return;
    const behind = end - this.state.position;
    if (behind > 0) {
      this.state.reason = `${behind} messages of the log are not applied yet`;
      return;
    }
    await this.#parts.store.becomeWhole();
    this.#setReady();
  }

  #setReady(): void {
    this.state.isReady = true;
    this.state.reason = null;
  }

  async #end(): Promise<number> {
    return (await this.#parts.log.describe())?.lastSequence ?? Infinity;
  }

  async #publish(): Promise<void> {
    const { signal } = this.#stop;
    const { nodeId, store, log } = this.#parts;
    await this.#nudge.wait(signal, LOOK_MS);
    if (this.#isInDoubt && this.state.log === 'connected') {
      this.#lookTo = await this.#end();
      this.#isInDoubt = false;
    }
    if (signal.aborted || this.state.log === 'away' || this.state.position < this.#lookTo) return;
    const batch = await store.nextBatch();
    if (!batch) return;
    const message = await encodeMessage(nodeId, batch.events);
    const before = this.#lookTo;
    // Whatever becomes of it, the reader finds out.
    this.#lookTo = Infinity;
    try {
      this.#lookTo = await log.append(batch.origin, message, batch.tail);
    } catch (error) {
      if (error instanceof LogFullError) {
        this.#lookTo = before;
        await pause(FULL_MS, signal);
      } else this.#isInDoubt = true;
      throw error;
    }
  }
}
