import { describeError, type Logger } from '@nestjs-spark/foundation';
import { persist, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { CommandRefusedError, type CommandContext, type PipelineCommand } from '../aggregate/commands.ts';
import { decide, fingerprintOf } from '../aggregate/decide.ts';
import { ENDS_RUN, type PipelineEvent } from '../aggregate/events.ts';
import { evolve, replay } from '../aggregate/evolve.ts';
import { EMPTY, type PipelineState } from '../aggregate/state.ts';
import type { Surroundings } from '../connect/connectors.ts';
import { FencedError } from '../connect/ports.ts';
import type { RunStatus } from '../project/view.ts';
import { recallProgress } from './recall-progress.ts';
import { SupervisedRun, type RunEnd, type RunReport } from '../run/supervised-run.ts';
import { answerOnce, type Answered } from '../store/answer-once.ts';
import { LeftLetters } from '../store/left-letters.ts';
import { Letters } from '../store/letters.ts';
import { NotedRequests } from '../store/noted-requests.ts';
import type { PipelineKey, PipelineStore } from '../store/ports.ts';
import type { Scripts } from '../transform/script-step.ts';

export interface OwnedPipelineParts {
  key: PipelineKey;
  node: string;
  holder: string;
  shard: number;
  epoch: number;
  store: PipelineStore;
  around: Surroundings;
  scripts: Scripts;
  log: Logger;
  onReport: (report: RunReport, state: PipelineState) => void;
  /** The current published status of its run. */
  status: () => RunStatus | null;
  /** Called when a sink or the journal has a larger epoch; null if that epoch is unknown. */
  onFenced: (epoch: number | null) => void;
}

/** The answer to a command, without the part that the journal has. */
interface CommandAnswer {
  /** The position of the pipeline's last event in the journal. */
  position: number;
  /** Whether it created the pipeline. */
  isNew: boolean;
  status: RunStatus | null;
}

/** The result of a command, now or when it was carried out before. */
export interface Performed extends CommandAnswer {
  state: PipelineState;
  isReplayed: boolean;
}

/** The answers of all remembered requests are in one document; a status whose position names many files is left out. */
const MOST_NOTED = 2_000;

const RECORDED_AGAIN: RetryPolicy = { waitMs: 500, factor: 2, longestMs: 30_000 };
const NONE: RunReport = { phase: 'none', since: '', retries: 0, lastError: null, progress: null };

/** A pipeline in the process that owns it: commands one after the other, with its run beside them. */
export class OwnedPipeline {
  readonly #parts: OwnedPipelineParts;
  #state: PipelineState = EMPTY;
  #position = 0;
  #run: SupervisedRun | null = null;
  /** The run that is still working, possibly already stopped; there is never a second one. */
  #working: SupervisedRun | null = null;
  #last: RunReport = NONE;
  #queue: Promise<unknown> = Promise.resolve();
  #forgotten: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();

  private constructor(parts: OwnedPipelineParts) {
    this.#parts = parts;
  }

  /** @throws {FencedError} if another process owns it */
  static async open(parts: OwnedPipelineParts): Promise<OwnedPipeline> {
    const opened = new OwnedPipeline(parts);
    const entries = await parts.store.journal.load(parts.key);
    opened.#state = replay(entries.map(({ event }) => event));
    opened.#position = entries.at(-1)?.position ?? 0;
    if (opened.#state.status === 'Deleted') opened.#forget();
    else if (opened.#state.status !== 'Empty') await opened.#take();
    if (opened.#state.hasRun && parts.status() === null) await opened.#recall();
    opened.#reconcile([]);
    // A process that has ended right after it was created may have left the status of a deleted one.
    if (opened.#state.status === 'Configured') opened.#tell();
    return opened;
  }

  get state(): PipelineState {
    return this.#state;
  }

  get report(): RunReport {
    return this.#run?.report ?? this.#last;
  }

  /**
   * Carries out a command.
   * @throws {CommandRefusedError} if it is not possible; {FencedError} if another process owns the pipeline
   */
  perform(
    command: PipelineCommand,
    context: Omit<CommandContext, 'tenant' | 'pipelineId'>,
  ): Promise<Performed> {
    return this.#inTurn(async () => {
      const creates = command.type === 'create' || (command.type === 'update' && command.creates);
      if (creates && this.#state.epoch < this.#parts.epoch && this.#state.sequence > 0) await this.#take();
      const { store, key } = this.#parts;
      const asked = { id: context.commandId, fingerprint: fingerprintOf(command) };
      const work = () => this.#carryOut(command, { ...key, ...context });
      const { answer, isReplayed } = await answerOnce(new NotedRequests(store.letters, key), asked, work);
      const state = isReplayed ? await this.#stateAt(answer.position) : this.#state;
      return { ...answer, state, isReplayed };
    });
  }

  async #carryOut(command: PipelineCommand, context: CommandContext): Promise<Answered<CommandAnswer>> {
    const { events, isReplayed, isNew } = decide(this.#state, command, context);
    // Only if the process ended before the answer was recorded.
    if (isReplayed)
      return { answer: { position: await this.#positionAfter(context), isNew, status: null }, isReplayed };
    const has = (wanted: PipelineEvent['type']) => events.some(({ type }) => type === wanted);
    if (has('PipelineCreated')) await this.#begin();
    await this.#append(stamped(events, this.#parts.epoch));
    if (events.some(({ type }) => ENDS_RUN.has(type))) await this.#endRun();
    if (has('CheckpointReset')) {
      this.#last = NONE;
      // What was read before does not count in the new generation, even while that cannot begin.
      this.#parts.onReport(NONE, { ...this.#state, hasRun: false });
    }
    if (has('PipelineDeleted')) this.#forget();
    this.#reconcile(events);
    const status = this.#parts.status();
    const isSmall = JSON.stringify(status).length <= MOST_NOTED || context.commandId === null;
    return { answer: { position: this.#position, isNew, status: isSmall ? status : null }, isReplayed };
  }

  /** Removes what a deleted pipeline with this id has left, before there is one again. */
  async #begin(): Promise<void> {
    this.#last = NONE;
    if (this.#state.generation === 0) return;
    await this.#forgotten.catch(() => undefined);
    await this.#forgetLetters();
  }

  /** In the background, as there may be many. What remains when this process ends is removed by the next one that takes the shard. */
  #forget(): void {
    this.#forgotten = this.#forgetLetters();
    this.#forgotten.catch((error: unknown) =>
      this.#parts.log.warn(
        `${this.#parts.key.pipelineId}: the dead letters of the deleted pipeline are not removed yet: ${describeError(error)}`,
      ),
    );
  }

  /** Up to the generation known here: if another process has created the pipeline again meanwhile, its letters stay. */
  async #forgetLetters(): Promise<void> {
    const { store, key, shard } = this.#parts;
    const { signal } = this.#closing;
    await new Letters(store.letters, key).forget(this.#state.generation, signal);
    if (!signal.aborted) await new LeftLetters(store.letters, shard).settle(key);
  }

  async #positionAfter({ commandId }: CommandContext): Promise<number> {
    const entries = await this.#parts.store.journal.load(this.#parts.key);
    return entries.findLast(({ event }) => event.commandId === commandId)?.position ?? this.#position;
  }

  async #stateAt(last: number): Promise<PipelineState> {
    const entries = await this.#parts.store.journal.load(this.#parts.key);
    return replay(entries.filter(({ position }) => position <= last).map(({ event }) => event));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(async () => {
      if (this.#closing.signal.aborted) throw new FencedError(null);
      return work();
    });
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  /** Stops the work in this process without changing the pipeline's state. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#endRun();
    await this.#forgotten.catch(() => undefined);
  }

  /** An embedded process starts without the status of earlier ones, and a lost status is only published again with the next batch. */
  async #recall(): Promise<void> {
    const progress = await recallProgress(this.#parts, this.#state.generation);
    if (progress === null) return;
    this.#last = { ...NONE, progress };
    this.#tell();
  }

  /** From here on, appends of the previous owner are refused. */
  async #take(): Promise<void> {
    const { key, node, shard, epoch } = this.#parts;
    const context = { ...key, at: now(), by: node, commandId: null };
    if (this.#state.epoch > epoch) {
      this.#parts.onFenced(this.#state.epoch);
      throw new FencedError(this.#state.epoch);
    }
    if (this.#state.epoch === epoch) return;
    await this.#append(decide(this.#state, { type: 'takeOwnership', epoch, node, shard }, context).events);
  }

  async #append(events: readonly PipelineEvent[]): Promise<void> {
    if (events.length === 0) return;
    try {
      this.#position = await this.#parts.store.journal.append(this.#parts.key, events, this.#position);
    } catch (error) {
      if (error instanceof FencedError) this.#parts.onFenced(error.epoch);
      throw error;
    }
    this.#state = events.reduce(evolve, this.#state);
  }

  #reconcile(events: readonly PipelineEvent[]): void {
    const isIdle = !this.#run && !this.#working && !this.#closing.signal.aborted;
    if (this.#state.status === 'Running' && isIdle) this.#startRun();
    else if (events.length > 0) this.#tell();
  }

  #startRun(): void {
    const { key, node, holder, epoch, store, around, scripts, log } = this.#parts;
    const { definition, generation, startsAt } = this.#state;
    if (!definition) return;
    const lane = { key, node, holder, definition, generation, epoch, startsAt, store, around, scripts };
    const run: SupervisedRun = new SupervisedRun({
      lane,
      log,
      onReport: () => this.#tell(),
      onEnd: (end) => {
        if (this.#run === run) void this.#ended(run, end);
      },
    });
    this.#run = run;
    this.#working = run;
    void this.#follow(run);
    this.#tell();
  }

  async #follow(run: SupervisedRun): Promise<void> {
    await run.ended;
    this.#working = null;
    this.#reconcile([]);
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    await run.stop();
    this.#last = { ...run.report, phase: 'none', since: now() };
    this.#run = null;
  }

  async #ended(run: SupervisedRun, end: RunEnd): Promise<void> {
    if (end.kind === 'fenced') {
      this.#parts.onFenced(end.epoch);
      return;
    }
    const command: PipelineCommand =
      end.kind === 'end' ? { type: 'complete' } : { type: 'fail', reason: end.reason };
    const { key, node, log } = this.#parts;
    const record = () =>
      this.#inTurn(async () => {
        // An earlier command may have ended it.
        if (this.#run !== run) return;
        const context = { ...key, at: now(), by: node, commandId: null };
        const { events } = decide(this.#state, command, context);
        await this.#append(stamped(events, this.#parts.epoch));
        await this.#endRun();
        this.#reconcile(events);
      });
    await persist(record, {
      signal: this.#closing.signal,
      policy: RECORDED_AGAIN,
      retries: (error) => !(error instanceof FencedError || error instanceof CommandRefusedError),
      onFailure: (error) =>
        log.warn(`${key.pipelineId}: its end is not recorded yet: ${describeError(error)}`),
    }).catch(async (error: unknown) => {
      if (error instanceof FencedError) return;
      log.warn(`${key.pipelineId}: its end was not recorded: ${describeError(error)}`);
      await this.#endRun();
      this.#reconcile([]);
    });
  }

  #tell(): void {
    this.#parts.onReport(this.report, this.#state);
  }
}

const stamped = (events: readonly PipelineEvent[], epoch: number): PipelineEvent[] =>
  events.map((event) => ({ ...event, epoch: Math.max(event.epoch, epoch) }));
const now = (): string => new Date().toISOString();
