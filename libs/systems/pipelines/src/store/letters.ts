import { createHash } from 'node:crypto';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { askRerun, readRerun, SetAside, settleRerun } from '@nestjs-spark/set-aside/internal';
import type { Fields } from '../expression/compile-expression.ts';
import type { PipelineKey } from './ports.ts';

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
// The place is in the letter's id, so all readings share one list.
const READING = { generation: 1, incarnation: 'letters' } as const;

export function letterIdOf(generation: number, partition: string, offset: number): string {
  // Ids know no difference between `A` and `a`, and files do.
  return `${generation}-${createHash('sha256').update(partition).digest('hex').slice(0, 16)}-${offset}`;
}

/** The dead letters of one pipeline: the records themselves here, what is open and what is to run again in the ground's set-aside. */
export class Letters {
  readonly #state: StateStore;
  readonly #name: string;
  readonly #prefix: string;
  #setAside: Promise<SetAside> | null = null;

  constructor(state: StateStore, key: PipelineKey) {
    this.#state = state;
    this.#name = `Pipelines/${encodeURIComponent(key.tenant)}/${key.pipelineId}`;
    this.#prefix = `sparkPipelines/letters/${encodeURIComponent(key.tenant)}/${key.pipelineId}/`;
  }

  /** Keeps letters; one that is there already has its reason replaced. */
  async keep(letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
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

  /** The oldest first. */
  async list(): Promise<Letter[]> {
    const stored = await this.#state.list<Letter>(this.#prefix);
    return stored.map(({ value }) => value).toSorted(byTime);
  }

  async count(): Promise<number> {
    // Opened for this: others may have added and removed some since this object did.
    return (await SetAside.open(this.#state, this.#name, READING)).count;
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

function byTime(one: Letter, other: Letter): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.offset - other.offset || (one.letterId < other.letterId ? -1 : 1);
}
