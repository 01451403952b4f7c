import { createHash } from 'node:crypto';
import { askRerun, readRerun, SetAside, settleRerun } from '@nestjs-spark/set-aside/internal';
import type { Fields } from '../expression/compile-expression.ts';
import type { PagedState, PipelineKey } from './ports.ts';

/** A record that could not be processed, as it came in. */
export interface Letter {
  /** Its place in the source, so that the same record is one letter however often it fails. */
  letterId: string;
  generation: number;
  partition: string;
  offset: number;
  /** Where it failed: `source`, `schema`, `transforms/0` and so on, or `sink`. */
  step: string;
  reason: string;
  record: string;
  /** What the text says: from a source whose text is not JSON, and where the record was replaced by an object. */
  fields?: Fields;
  /** What else came with the record: topic, timestamp, key, headers. */
  meta?: Fields;
  /** ISO 8601. */
  at: string;
}

/** A record that replaces that of a letter: as text of the source, or as fields. */
export type GivenRecord = Pick<Letter, 'record' | 'fields'>;

const COLLECTION = 'SparkPipelines';
/** How many are read at once where all are meant. */
const AT_ONCE = 200;
const COUNTED_EVERY_MS = 30_000;
// The place is in the letter's id, so all readings share one list.
const READING = { generation: 1, incarnation: 'letters' } as const;

export function letterIdOf(generation: number, partition: string, offset: number): string {
  // Ids know no difference between `A` and `a`, and files do.
  return `${generation}-${createHash('sha256').update(partition).digest('hex').slice(0, 16)}-${offset}`;
}

/** The dead letters of one pipeline: the records themselves here, what is open and what is to run again in the ground's set-aside. */
export class Letters {
  readonly #state: PagedState;
  readonly #name: string;
  readonly #prefix: string;
  #setAside: Promise<SetAside> | null = null;
  #areNone = false;
  #countedAt = -Infinity;
  /** How often letters were kept. */
  #keeps = 0;

  constructor(state: PagedState, key: PipelineKey) {
    this.#state = state;
    this.#name = `Pipelines/${encodeURIComponent(key.tenant)}/${key.pipelineId}`;
    this.#prefix = `sparkPipelines/letters/${encodeURIComponent(key.tenant)}/${key.pipelineId}/`;
  }

  /** Keeps letters; one that is there already has its reason replaced. */
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

  /** Some letters, and how many there are in all. The one that failed first comes first. */
  async page(skip: number, take: number): Promise<{ letters: Letter[]; total: number }> {
    const { documents, total } = await this.#state.page<Letter>(this.#prefix, skip, take);
    return { letters: documents.map(({ value }) => value), total };
  }

  /** All of them. There may be too many for this process. */
  async list(): Promise<Letter[]> {
    const found: Letter[] = [];
    for (;;) {
      const { letters } = await this.page(found.length, AT_ONCE);
      found.push(...letters);
      if (letters.length < AT_ONCE) return found;
    }
  }

  async count(): Promise<number> {
    return (await this.page(0, 1)).total;
  }

  async get(letterId: string): Promise<Letter | null> {
    return (await this.#state.read<Letter>(this.#prefix + letterId))?.value ?? null;
  }

  async remove(letterIds: readonly string[]): Promise<void> {
    const setAside = await this.#open();
    for (const letterId of letterIds) {
      await this.#state.remove(this.#prefix + letterId);
      await setAside.clear(letterId, 1);
    }
  }

  /** Removes those that are there now. */
  async clear(): Promise<void> {
    for (let left = await this.count(); left > 0; left -= AT_ONCE) {
      const { letters } = await this.page(0, Math.min(left, AT_ONCE));
      await this.remove(letters.map(({ letterId }) => letterId));
    }
  }

  /**
   * Whether there are none; then nobody can ask for one to run again. What this object keeps counts at once. All are counted once in a while,
   * as another process may have kept one.
   */
  async areNone(): Promise<boolean> {
    if (performance.now() - this.#countedAt < COUNTED_EVERY_MS) return this.#areNone;
    this.#countedAt = performance.now();
    const keeps = this.#keeps;
    const count = await this.count();
    if (keeps === this.#keeps) this.#areNone = count === 0;
    return this.#areNone;
  }

  /** Asks for a letter to be processed again, as it is or with another record. */
  async askReplay(letter: Letter, record?: GivenRecord): Promise<void> {
    const { fields: _, record: __, ...rest } = letter;
    if (record !== undefined) await this.keep([{ ...rest, ...record }]);
    await askRerun(this.#state, this.#name, [letter.letterId]);
  }

  /** Which letters are to be processed again, and what settles that. */
  async asked(): Promise<{ letterIds: string[]; settle: (left?: string[]) => Promise<boolean> } | null> {
    const asked = await readRerun(this.#state, this.#name);
    if (!asked || asked.value.documents.length === 0) return null;
    const settle = (left: string[] = []) => settleRerun(this.#state, this.#name, asked.version, left);
    return { letterIds: asked.value.documents, settle };
  }

  #open(): Promise<SetAside> {
    this.#setAside ??= SetAside.open(this.#state, this.#name, READING);
    return this.#setAside;
  }
}
