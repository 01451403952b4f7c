import type { PipelineCommand } from '../aggregate/commands.ts';
import { decide } from '../aggregate/decide.ts';
import { evolve } from '../aggregate/evolve.ts';
import type { PipelineState } from '../aggregate/state.ts';
import { addTotals, NO_TOTALS, type Position, type Totals } from '../batch/batch.ts';
import { makeSink, makeSource, type Surroundings } from '../connect/connectors.ts';
import { RunFailedError, type Checkpoint, type OutRecord, type Sink, type Source } from '../connect/ports.ts';
import { DEFAULT_BATCH, DEFAULT_ERRORS, type PipelineDefinition } from '../definition/types.ts';
import type { PipelineJournal } from '../journal/journal.ts';
import { shardOf } from '../shard/shard-of.ts';
import { compileTransforms, type Transform } from '../transform/compile-transforms.ts';
import { ErrorBudget } from './error-budget.ts';
import { makeBatch } from './make-batch.ts';

const LANE = 0;

export interface RunOptions extends Surroundings {
  tenant: string;
  /** This process. */
  node: string;
  from?: 'checkpoint' | 'beginning';
  /** What becomes of the position when the definition has another source or sink. */
  reset?: 'keep' | 'beginning';
  signal: AbortSignal;
  /** Is told after every batch. */
  onProgress?: (totals: Totals) => void;
}

/** How a run ended: Completed where the source is read to its end, Stopped where that was asked for. */
export interface RunResult {
  state: PipelineState;
  totals: Totals;
  /** What this run added. */
  added: Totals;
}

/**
 * Makes a pipeline what its definition says, and runs it in this process until its source is read or the signal comes. Killed
 * at any moment, it goes on where it was: each batch is planned before it is written, and repeated under its own name.
 * @throws {CommandRefusedError} when the pipeline cannot be changed or started, or another process has taken it
 * @throws {RunFailedError} when it cannot go on until somebody acts; the pipeline is Failed then
 */
export async function runPipeline(
  definition: PipelineDefinition,
  journal: PipelineJournal,
  options: RunOptions,
): Promise<RunResult> {
  const run = new PipelineRun(definition, journal, options);
  await run.begin();
  try {
    return await run.go();
  } catch (error) {
    if (error instanceof RunFailedError) await run.change({ type: 'fail', reason: error.message });
    throw error;
  }
}

class PipelineRun {
  readonly #definition: PipelineDefinition;
  readonly #journal: PipelineJournal;
  readonly #options: RunOptions;
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #transform: Transform;
  readonly #budget: ErrorBudget;
  #state!: PipelineState;
  #totals = NO_TOTALS;
  #before = NO_TOTALS;

  constructor(definition: PipelineDefinition, journal: PipelineJournal, options: RunOptions) {
    this.#definition = definition;
    this.#journal = journal;
    this.#options = options;
    this.#source = makeSource(definition, options);
    this.#sink = makeSink(definition, options);
    this.#transform = compileTransforms(definition);
    this.#budget = new ErrorBudget({ ...DEFAULT_ERRORS, ...definition.errors }.limit);
  }

  /** The definition in force, the pipeline Running and this process its owner. */
  async begin(): Promise<void> {
    const { tenant, node, from = 'checkpoint', reset } = this.#options;
    const definition = this.#definition;
    const { pipelineId } = definition;
    this.#state = await this.#journal.load();
    const isThere = this.#state.definition !== null;
    await this.change(
      isThere ? { type: 'update', definition, ...(reset && { reset }) } : { type: 'create', definition },
    );
    const [epoch, shard] = [this.#state.epoch + 1, shardOf(tenant, pipelineId)];
    await this.change({ type: 'takeOwnership', epoch, node, shard });
    // A run that was killed is still Running, and can only begin again when it is stopped first.
    if (from === 'beginning' && this.#state.status === 'Running') await this.change({ type: 'stop' });
    await this.change({ type: 'start', from });
  }

  async change(command: PipelineCommand): Promise<void> {
    const { tenant } = this.#options;
    const { pipelineId } = this.#definition;
    const context = { tenant, pipelineId, at: now(), by: 'local', commandId: null };
    const { events } = decide(this.#state, command, context);
    await this.#journal.append(this.#state, events);
    this.#state = events.reduce(evolve, this.#state);
  }

  async go(): Promise<RunResult> {
    try {
      const { tenant, signal } = this.#options;
      const { pipelineId } = this.#definition;
      const { generation, epoch } = this.#state;
      const startsAt = this.#state.startsAt ?? (await this.#source.begin(signal));
      const claim = { tenant, pipelineId, lane: LANE, generation, epoch, startsAt };
      const checkpoint = await this.#sink.open(claim);
      const isEnd = await (checkpoint ? this.#writeKept(checkpoint) : this.#writePlanned(startsAt));
      const totals = this.#totals;
      await this.change(isEnd ? { type: 'complete' } : { type: 'stop' });
      return { state: this.#state, totals, added: difference(totals, this.#before) };
    } finally {
      await this.#sink.close();
      await this.#source.close();
    }
  }

  /** The sink keeps the checkpoint, so nothing has to be planned. */
  async #writeKept(kept: Checkpoint): Promise<boolean> {
    let { n, position } = kept;
    const { generation } = kept;
    this.#before = this.#totals = kept.totals;
    while (!this.#options.signal.aborted) {
      const range = await this.#plan(position);
      if (range === null) return false;
      if (!isSame(range.to, position)) {
        const { records, letters, totals } = await this.#make(position, range.to);
        await this.#journal.keepLetters(letters);
        this.#totals = addTotals(this.#totals, totals);
        [n, position] = [n + 1, range.to];
        await this.#write(generation, n, records, position);
      }
      if (range.isEnd) return true;
    }
    return false;
  }

  /** Each batch is planned before it is written, and repeated until it is. */
  async #writePlanned(startsAt: Position): Promise<boolean> {
    const { generation, epoch } = this.#state;
    // Written at once: from here on, whoever had the pipeline before is refused.
    const read = await this.#journal.progress(generation);
    let kept = await this.#journal.keep(generation, read, read);
    this.#before = this.#totals = kept.processed?.totals ?? NO_TOTALS;
    while (!this.#options.signal.aborted) {
      const from = kept.processed?.to ?? startsAt;
      const n = (kept.processed?.n ?? 0) + 1;
      const repeated = kept.planned && kept.planned.n >= n ? kept.planned : null;
      const range = repeated ? { to: repeated.to, isEnd: false } : await this.#plan(from);
      if (range === null) return false;
      const { to } = range;
      if (!isSame(to, from)) {
        const { records, letters, totals } = await this.#make(repeated?.from ?? from, to);
        const planned = { generation, n, from, to, epoch, at: now() };
        kept = await this.#journal.keep(generation, { planned, processed: kept.processed }, kept, letters);
        const sum = addTotals(this.#totals, totals);
        await this.#write(generation, n, records, to, sum);
        const processed = { generation, n, to, epoch, at: now(), totals: sum };
        kept = await this.#journal.keep(generation, { planned, processed }, kept);
        this.#totals = sum;
        this.#options.onProgress?.(sum);
      }
      if (range.isEnd) return true;
    }
    return false;
  }

  async #write(
    generation: number,
    n: number,
    records: readonly OutRecord[],
    position: Position,
    totals = this.#totals,
  ): Promise<void> {
    const { epoch } = this.#state;
    const checkpoint = { generation, n, position, totals };
    await this.#sink.write({ generation, lane: LANE, n, epoch, records, checkpoint });
  }

  async #plan(from: Position) {
    const { signal } = this.#options;
    try {
      return await this.#source.plan(from, { ...DEFAULT_BATCH, ...this.#definition.batch }, signal);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  async #make(from: Position, to: Position) {
    const incoming = await this.#source.read(from, to, this.#options.signal);
    const place = { generation: this.#state.generation, at: now() };
    return makeBatch(incoming, this.#transform, this.#budget, this.#definition.errors, place);
  }
}

const isSame = (one: Position, other: Position): boolean => JSON.stringify(one) === JSON.stringify(other);

function difference(after: Totals, before: Totals): Totals {
  const less = Object.fromEntries(Object.entries(before).map(([name, value]) => [name, -value]));
  return addTotals(after, { ...NO_TOTALS, ...less });
}

const now = (): string => new Date().toISOString();
