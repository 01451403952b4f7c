import { createHash } from 'node:crypto';
import { askRerun, readRerun, SetAside, settleRerun } from '@nestjs-spark/set-aside/internal';
import type { Fields } from '../expression/compile-expression.ts';
import type { PagedState, PipelineKey } from './ports.ts';

/** A record that could not be processed, as it came in. */
export interface Letter {
  /** Derived from its position in the source, so that a record is a single letter however often it fails. */
  letterId: string;
  generation: number;
  partition: string;
  offset: number;
  /** The step that failed: `source`, `schema`, `transforms/0` and so on, or `sink`. */
  step: string;
  reason: string;
  record: string;
  /** The record's fields, for a source whose text is not JSON, or if an object has replaced the record. */
  fields?: Fields;
  /** Further data of the record: topic, timestamp, key, headers. */
  meta?: Fields;
  /** ISO 8601. */
  at: string;
}

/** A record that replaces a letter's: as text in the source's format, or as fields. */
export type GivenRecord = Pick<Letter, 'record' | 'fields'>;

const COLLECTION = 'SparkPipelines';
/** How many are read at once when iterating over all. */
const AT_ONCE = 200;
const COUNTED_EVERY_MS = 30_000;
// The position is part of the letter's id, so all generations share one list.
const READING = { generation: 1, incarnation: 'letters' } as const;

export function letterIdOf(generation: number, partition: string, offset: number): string {
  // Ids are case-insensitive, and file names are not: hence the hash.
  return `${generation}-${createHash('sha256').update(partition).digest('hex').slice(0, 16)}-${offset}`;
}

/** The dead letters of one pipeline. The records are stored here; `SetAside` keeps the lists of open letters and requested replays. */
export class Letters {
  readonly #state: PagedState;
  readonly #name: string;
  readonly #prefix: string;
  readonly #since: number;
  #setAside: Promise<SetAside> | null = null;
  #areNone = false;
  #countedAt = -Infinity;
  /** How often letters were stored. */
  #keeps = 0;

  /**
   * @param since the generation in which the pipeline was created: earlier letters are of a deleted one, whose process may just have woken
   */
  constructor(state: PagedState, key: PipelineKey, since = 0) {
    this.#state = state;
    this.#since = since;
    this.#name = `Pipelines/${encodeURIComponent(key.tenant)}/${key.pipelineId}`;
    this.#prefix = `sparkPipelines/letters/${encodeURIComponent(key.tenant)}/${key.pipelineId}/`;
  }

  /** Stores letters; for an existing one, the reason is replaced. */
  async keep(letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
    try {
      await this.#keep(letters);
    } finally {
      this.#keeps++;
      this.#areNone = false;
    }
  }

  async #keep(letters: readonly Letter[]): Promise<void> {
    for (const letter of letters) {
      const id = this.#prefix + letter.letterId;
      const before = await this.#state.read<Letter>(id);
      await this.#state.write(id, COLLECTION, letter, before?.version ?? null);
    }
    const setAside = await this.#open();
    await setAside.add(
      letters.map(({ letterId, reason, step }) => ({
        documentId: letterId,
        etag: 1,
        reason,
        kind: step,
        line: null,
        column: null,
      })),
    );
  }

  /** A page of letters, oldest failure first, and the total number. */
  async page(skip: number, take: number): Promise<{ letters: Letter[]; total: number }> {
    const { kept, total } = await this.#read(skip, take);
    const letters = kept.filter((letter) => this.#isOwn(letter));
    return { letters, total: total - (kept.length - letters.length) };
  }

  /** All letters. There may be too many to hold in memory. */
  async list(): Promise<Letter[]> {
    const found: Letter[] = [];
    for (let read = 0; ;) {
      const { kept } = await this.#read(read, AT_ONCE);
      found.push(...kept.filter((letter) => this.#isOwn(letter)));
      read += kept.length;
      if (kept.length < AT_ONCE) return found;
    }
  }

  async count(): Promise<number> {
    return (await this.page(0, 1)).total;
  }

  async get(letterId: string): Promise<Letter | null> {
    const letter = (await this.#state.read<Letter>(this.#prefix + letterId))?.value ?? null;
    return letter && this.#isOwn(letter) ? letter : null;
  }

  async remove(letterIds: readonly string[]): Promise<void> {
    const setAside = await this.#open();
    for (const letterId of letterIds) {
      await this.#state.remove(this.#prefix + letterId);
      await setAside.clear(letterId, 1);
    }
  }

  /** Removes the letters that exist now. */
  async clear(): Promise<void> {
    for (let left = await this.count(); left > 0; left -= AT_ONCE) {
      const { kept } = await this.#read(0, Math.min(left, AT_ONCE));
      await this.remove(kept.map(({ letterId }) => letterId));
    }
  }

  /** Removes the letters up to a generation, which a deleted pipeline has left. When aborted, some remain. */
  async forget(generation: number, signal: AbortSignal): Promise<void> {
    for (let left = 0; !signal.aborted;) {
      const { kept } = await this.#read(left, AT_ONCE);
      if (kept.length === 0) return;
      const old = kept.filter((letter) => letter.generation <= generation);
      await this.remove(old.map(({ letterId }) => letterId));
      left += kept.length - old.length;
    }
  }

  /**
   * Whether there are none, so that no replay can have been requested. Letters stored by this object count immediately. All are recounted
   * periodically, because another process may have stored one.
   */
  async areNone(): Promise<boolean> {
    if (performance.now() - this.#countedAt < COUNTED_EVERY_MS) return this.#areNone;
    this.#countedAt = performance.now();
    const keeps = this.#keeps;
    const count = await this.count();
    if (keeps === this.#keeps) this.#areNone = count === 0;
    return this.#areNone;
  }

  /** Requests that a letter be processed again, unchanged or with another record. */
  async askReplay(letter: Letter, record?: GivenRecord): Promise<void> {
    const { fields: _, record: __, ...rest } = letter;
    if (record !== undefined) await this.keep([{ ...rest, ...record }]);
    await askRerun(this.#state, this.#name, [letter.letterId]);
  }

  /** The letters to be processed again, and a function to settle the request. */
  async asked(): Promise<{ letterIds: string[]; settle: (left?: string[]) => Promise<boolean> } | null> {
    const asked = await readRerun(this.#state, this.#name);
    if (!asked || asked.value.documents.length === 0) return null;
    const settle = (left: string[] = []) => settleRerun(this.#state, this.#name, asked.version, left);
    return { letterIds: asked.value.documents, settle };
  }

  async #read(skip: number, take: number): Promise<{ kept: Letter[]; total: number }> {
    const { documents, total } = await this.#state.page<Letter>(this.#prefix, skip, take);
    return { kept: documents.map(({ value }) => value), total };
  }

  #isOwn({ generation }: Letter): boolean {
    return this.#since === 0 || generation >= this.#since;
  }

  #open(): Promise<SetAside> {
    this.#setAside ??= SetAside.open(this.#state, this.#name, READING);
    return this.#setAside;
  }
}
