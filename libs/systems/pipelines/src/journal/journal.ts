import { createHash } from 'node:crypto';
import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore, StateWrite } from '@nestjs-spark/contracts/internal';
import { CommandRefusedError } from '../aggregate/commands.ts';
import type { BatchPlanned, BatchProcessed, PipelineEvent } from '../aggregate/events.ts';
import { replay } from '../aggregate/evolve.ts';
import type { PipelineState } from '../aggregate/state.ts';

const COLLECTION = 'SparkPipelines';
const DIGITS = 10;

/** A record that could not be processed, as it came in. */
export interface Letter {
  generation: number;
  partition: string;
  offset: number;
  step: string;
  reason: string;
  record: string;
  at: string;
}

/** How far a generation is. */
export interface Progress {
  planned: BatchPlanned | null;
  processed: BatchProcessed | null;
}

/** A generation's progress as it was read; whoever writes over another one is refused. */
export interface KeptProgress extends Progress {
  version: string | null;
}

/** What has happened to one pipeline, how far it is, and what it could not process. */
export class PipelineJournal {
  readonly #store: StateStore;
  readonly #prefix: string;

  constructor(store: StateStore, tenant: string, pipelineId: string) {
    this.#store = store;
    this.#prefix = `sparkPipelines/${encodeURIComponent(tenant)}/${pipelineId}`;
  }

  /** The pipeline as all of its events make it. */
  async load(): Promise<PipelineState> {
    const stored = await this.#store.list<PipelineEvent>(`${this.#prefix}/events/`);
    return replay(stored.toSorted(byId).map(({ value }) => value));
  }

  /**
   * Appends events behind those that `state` was made of.
   * @throws {CommandRefusedError} (`fenced`) when others are there
   */
  async append(state: PipelineState, events: readonly PipelineEvent[]): Promise<void> {
    for (const [at, event] of events.entries()) {
      const id = `${this.#prefix}/events/${String(state.sequence + at + 1).padStart(DIGITS, '0')}`;
      await fenced(this.#store.write(id, COLLECTION, event, null));
    }
  }

  async progress(generation: number): Promise<KeptProgress> {
    const kept = await this.#store.read<Progress>(this.#progressId(generation));
    return { planned: null, processed: null, ...kept?.value, version: kept?.version ?? null };
  }

  /**
   * Writes how far a generation is over what was read of it, and the letters of the batch with it.
   * @throws {CommandRefusedError} (`fenced`) when another process has written it
   */
  async keep(
    generation: number,
    { planned, processed }: Progress,
    before: KeptProgress,
    letters: readonly Letter[] = [],
  ): Promise<KeptProgress> {
    const writes = letters.map((letter) => this.#letterWrite(letter));
    const last = { id: this.#progressId(generation), collection: COLLECTION, value: { planned, processed } };
    const version = await fenced(this.#store.writeTogether(writes, { ...last, expected: before.version }));
    return { planned, processed, version };
  }

  /** Keeps letters by their place in the source, each once however often it is kept. */
  async keepLetters(letters: readonly Letter[]): Promise<void> {
    for (const letter of letters) {
      const { id, value } = this.#letterWrite(letter);
      if (value && !(await this.#store.read(id))) await this.#store.write(id, COLLECTION, value, null);
    }
  }

  #letterWrite(value: Letter): StateWrite {
    const { generation, partition, offset } = value;
    const id = `${this.#prefix}/letters/${generation}/${nameOf(partition)}/${offset}`;
    return { id, collection: COLLECTION, value };
  }

  async letters(): Promise<Letter[]> {
    const stored = await this.#store.list<Letter>(`${this.#prefix}/letters/`);
    return stored.map(({ value }) => value).toSorted((one, other) => one.offset - other.offset);
  }

  #progressId(generation: number): string {
    return `${this.#prefix}/progress/${generation}`;
  }
}

/** Ids know no difference between `A` and `a`, and files do. */
const nameOf = (partition: string): string =>
  createHash('sha256').update(partition).digest('hex').slice(0, 32);

const byId = ({ id: one }: { id: string }, { id: other }: { id: string }): number => (one < other ? -1 : 1);

async function fenced<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error;
    throw new CommandRefusedError('fenced', 'Another process works on this pipeline');
  }
}
