import { randomUUID } from 'node:crypto';
import { addTotals, NO_TOTALS, type Position, type Totals } from '../batch/batch.ts';
import { makeSink, makeSource, type Surroundings } from '../connect/connectors.ts';
import {
  RecordsRefusedError,
  type Checkpoint,
  type Sink,
  type Source,
  type SourceRecord,
} from '../connect/ports.ts';
import { DEFAULT_BATCH, DEFAULT_ERRORS, type PipelineDefinition } from '../definition/types.ts';
import { Letters } from '../store/letters.ts';
import {
  lastBatchOf,
  RECORDS_LANE,
  type KeptLane,
  type LaneLog,
  type LaneState,
  type PipelineKey,
  type PipelineStore,
} from '../store/ports.ts';
import { compileTransforms, type CompiledTransforms } from '../transform/compile-transforms.ts';
import type { Scripts } from '../transform/script-step.ts';
import { ErrorBudget } from './error-budget.ts';
import { failure, makeBatch, type MadeBatch, type MakeRules } from './make-batch.ts';
import { replayLetters } from './replay-letters.ts';

/** How often the position of a sink that keeps its own checkpoint is also stored here, in milliseconds. */
const TOLD_EVERY_MS = 1_000;
/** How long a source waits for a record while idle, in milliseconds: each poll has a cost, and most pipelines are idle. */
const IDLE_MS = 5_000;

export interface LaneOptions {
  key: PipelineKey;
  node: string;
  /** Identifies this process; another one with the same name has another value. */
  holder: string;
  definition: PipelineDefinition;
  generation: number;
  epoch: number;
  /** Where the generation starts; null to let the source decide. */
  startsAt: Position | null;
  store: Pick<PipelineStore, 'lanes' | 'letters'>;
  around: Surroundings;
  scripts: Scripts;
  /** Requests an end at the next batch boundary. */
  signal: AbortSignal;
  /** Called when source and sink are open, and after every batch. */
  onProgress(progress: LaneProgress): void;
}

export interface LaneProgress {
  totals: Totals;
  position: Position;
  n: number;
  lag: number | null;
  /** Whether a batch was just written. */
  isBatch: boolean;
  /** When the last batch was written; null: not known here. */
  lastBatchAt: string | null;
}

/**
 * Runs a pipeline's batches until its bounded source is read (`end`) or the signal is aborted (`stopped`).
 * @throws {RunFailedError} if an operator has to act; {FencedError} if another process owns it; any other error is transient
 */
export async function runLane(options: LaneOptions): Promise<'end' | 'stopped'> {
  const source = makeSource(options.definition, options.around);
  const sink = makeSink(options.definition, options.around);
  const transforms = compileTransforms(options.definition, options.scripts);
  try {
    return await new LaneRun(options, source, sink, transforms).go();
  } finally {
    transforms.close();
    await sink.close();
    await source.close();
  }
}

class LaneRun {
  readonly #options: LaneOptions;
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #transforms: CompiledTransforms;
  readonly #lanes: LaneLog;
  readonly #letters: Letters;
  readonly #budget: ErrorBudget;
  #kept: KeptLane = { state: null, version: null };
  #lane!: LaneState;
  #totals = NO_TOTALS;
  #keepsCheckpoint = false;
  #toldAt = 0;
  #lastBatchAt: string | null = null;

  constructor(options: LaneOptions, source: Source, sink: Sink, transforms: CompiledTransforms) {
    this.#options = options;
    this.#source = source;
    this.#sink = sink;
    this.#transforms = transforms;
    this.#lanes = options.store.lanes;
    this.#letters = new Letters(options.store.letters, options.key);
    this.#budget = new ErrorBudget({ ...DEFAULT_ERRORS, ...options.definition.errors }.limit);
  }

  async go(): Promise<'end' | 'stopped'> {
    const { key, generation, epoch, holder, signal, definition } = this.#options;
    this.#kept = await this.#lanes.read(key, RECORDS_LANE);
    const before = this.#kept.state?.generation === generation ? this.#kept.state : null;
    const startsAt = before?.startsAt ?? this.#options.startsAt ?? (await this.#source.begin(signal));
    const incarnation = before?.incarnation ?? randomUUID();
    // Written immediately: from here on, the previous owner is refused.
    await this.#write({
      planned: null,
      processed: null,
      ...before,
      generation,
      epoch,
      startsAt,
      incarnation,
    });
    const claim = { ...key, lane: RECORDS_LANE, generation, epoch, holder, startsAt, incarnation };
    const checkpoint = await this.#sink.open({
      ...claim,
      continues: this.#continues,
      lastBatch: lastBatchOf(before),
    });
    this.#keepsCheckpoint = checkpoint !== null;
    let at = checkpoint ?? (await this.#finishPlanned());
    this.#totals = at.totals;
    this.#tell(at, null, false);
    const limits = { ...DEFAULT_BATCH, ...definition.batch };
    let writing: Promise<void> = Promise.resolve();
    let [isEnd, isIdle] = [false, false];
    try {
      while (!isEnd && !signal.aborted) {
        const from = at.position;
        const idleMs = isIdle && (await this.#letters.areNone()) ? IDLE_MS : limits.maxWaitMs;
        const range = await this.#source.plan(from, { ...limits, idleMs }, signal).catch(orNull(signal));
        if (!range) break;
        isEnd = range.isEnd;
        isIdle = isSame(range.to, from);
        if (!isIdle) {
          const incoming = await this.#source.read(from, range.to, signal);
          const made = await makeBatch(incoming, this.#transforms.transform, this.#rules(at.generation));
          await writing;
          // Only now it is known how many records of the previous batch the sink has refused.
          const totals = addTotals(at.totals, made.totals);
          const next = { generation: at.generation, n: at.n + 1, position: range.to, totals };
          writing = this.#batch(from, next, made, incoming, range.lag ?? null);
          // It is awaited before the next batch is written; an error is thrown there.
          writing.catch(() => undefined);
          at = next;
        } else {
          // Without further records, nothing else would report that the last batch was not written.
          await writing;
          if (range.lag !== undefined) this.#tell(at, range.lag, false);
        }
        await this.#replay(writing);
      }
    } finally {
      await writing;
    }
    if (this.#keepsCheckpoint && this.#lane.processed?.n !== at.n) await this.#writeDown(at);
    return isEnd ? 'end' : 'stopped';
  }

  /** Repeats a batch that was planned but may not be written, with the same records under the same id. */
  async #finishPlanned(): Promise<Checkpoint> {
    const { planned, processed, startsAt, generation } = this.#lane;
    const totals = processed?.totals ?? NO_TOTALS;
    const at = { generation, n: processed?.n ?? 0, position: processed?.to ?? startsAt, totals };
    if (!planned || planned.n <= at.n) return at;
    const incoming = await this.#source.read(planned.from, planned.to, this.#options.signal);
    const made = await makeBatch(incoming, this.#transforms.transform, this.#rules(generation));
    const next = { generation, n: planned.n, position: planned.to, totals: addTotals(totals, made.totals) };
    await this.#batch(planned.from, next, made, incoming, null);
    return next;
  }

  async #batch(
    from: Position,
    next: Checkpoint,
    made: MadeBatch,
    incoming: readonly SourceRecord[],
    lag: number | null,
  ): Promise<void> {
    const { generation, n, position: to } = next;
    const { epoch, node: by } = this.#options;
    await this.#letters.keep(made.letters);
    const at = now();
    if (!this.#keepsCheckpoint)
      await this.#write({ ...this.#lane, planned: { generation, n, from, to, epoch, at, by } });
    await this.#send(next, made, incoming);
    this.#totals = next.totals;
    this.#lastBatchAt = now();
    if (!this.#keepsCheckpoint || performance.now() - this.#toldAt > TOLD_EVERY_MS)
      await this.#writeDown(next);
    this.#tell(next, lag, true);
  }

  /** Records that the sink refuses become letters; the others are written. */
  async #send(next: Checkpoint, made: MadeBatch, incoming: readonly SourceRecord[]): Promise<void> {
    const { generation, n } = next;
    const { epoch } = this.#options;
    try {
      await this.#sink.write({
        generation,
        lane: RECORDS_LANE,
        n,
        epoch,
        records: made.records,
        checkpoint: next,
      });
    } catch (error) {
      if (!(error instanceof RecordsRefusedError) || error.refused.length === 0) throw error;
      const refused = new Map(error.refused.map(({ at, reason }) => [at, reason]));
      const letters = made.records.flatMap((record, at) => {
        const reason = refused.get(at);
        if (reason === undefined) return [];
        const { partition, offset, fields } = record;
        const came = incoming.find((one) => one.partition === partition && one.offset === offset);
        const failed = came ?? { partition, offset, text: JSON.stringify(fields) };
        return failure(failed, { step: 'sink', reason }, this.#rules(generation));
      });
      await this.#letters.keep(letters);
      const records = made.records.filter((_, at) => !refused.has(at));
      const { totals } = next;
      next.totals = {
        ...totals,
        written: totals.written - refused.size,
        deadLettered: totals.deadLettered + letters.length,
      };
      await this.#send(next, { ...made, records }, incoming);
    }
  }

  async #replay(writing: Promise<void>): Promise<void> {
    await replayLetters({
      ...this.#options,
      letters: this.#letters,
      transform: this.#transforms.transform,
      incarnation: this.#lane.incarnation ?? '',
      continues: this.#continues,
      ready: () => writing,
    });
  }

  async #writeDown({ generation, n, position: to, totals }: Checkpoint): Promise<void> {
    const { epoch, node: by } = this.#options;
    this.#toldAt = performance.now();
    await this.#write({
      ...this.#lane,
      processed: { generation, n, to, epoch, at: this.#lastBatchAt ?? now(), by, totals },
    });
  }

  async #write(state: LaneState): Promise<void> {
    this.#kept = await this.#lanes.write(this.#options.key, RECORDS_LANE, state, this.#kept);
    this.#lane = state;
  }

  #tell({ position, n }: Checkpoint, lag: number | null, isBatch: boolean): void {
    const lastBatchAt = isBatch ? this.#lastBatchAt : null;
    this.#options.onProgress({ totals: this.#totals, position, n, lag, isBatch, lastBatchAt });
  }

  /** Whether an operator has set a position after the beginning: records before it are not read in this generation. */
  get #continues(): boolean {
    return Object.values(this.#options.startsAt ?? {}).some((at) => at > 0);
  }

  #rules(generation: number): MakeRules {
    return { budget: this.#budget, errors: this.#options.definition.errors, generation, at: now() };
  }
}

const orNull =
  (signal: AbortSignal) =>
  (error: unknown): null => {
    if (signal.aborted) return null;
    throw error;
  };

const isSame = (one: Position, other: Position): boolean => JSON.stringify(one) === JSON.stringify(other);
const now = (): string => new Date().toISOString();
