import { VersionConflictError, type TaskKey } from '@nestjs-spark/contracts';
import type { StateStore, Versioned } from '@nestjs-spark/contracts/internal';
import type { Reading, SetAsideDocument } from './document.ts';
import { SET_ASIDE, beyondId, setAsideId, setAsidePrefix } from './state-ids.ts';

/** How many documents of one reading failed beyond those that are kept one by one. */
export interface Beyond extends Reading {
  task: TaskKey;
  count: number;
}

/** What stands in the database after a write. */
export interface Written {
  /** Another's, where that is about a later version of the document. */
  version: string;
  /** Nothing stood there before. */
  isFirst: boolean;
}

/** The entries of a task as they stand in the module's own database; nobody writes over what is about a later version. */
export class SetAsideEntries {
  readonly #state: StateStore;
  readonly #task: TaskKey;

  constructor(state: StateStore, task: TaskKey) {
    this.#state = state;
    this.#task = task;
  }

  idOf({ incarnation }: Reading, key: string): string {
    return setAsideId(this.#task, incarnation, key);
  }

  list(): Promise<Versioned<SetAsideDocument>[]> {
    return this.#state.list<SetAsideDocument>(setAsidePrefix(this.#task));
  }

  read(id: string): Promise<Versioned<SetAsideDocument> | null> {
    return this.#state.read<SetAsideDocument>(id);
  }

  readBeyond(): Promise<Versioned<Beyond> | null> {
    return this.#state.read<Beyond>(beyondId(this.#task));
  }

  async write(id: string, value: SetAsideDocument | Beyond, expected: string | null): Promise<Written> {
    try {
      const version = await this.#state.write(id, SET_ASIDE, value, expected);
      return { version, isFirst: expected === null };
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      const there = await this.#state.read<SetAsideDocument | Beyond>(id);
      if (there && isLater(there.value, value)) return { version: there.version, isFirst: false };
      return this.write(id, value, there?.version ?? null);
    }
  }

  async writeBeyond(reading: Reading, count: number): Promise<void> {
    const there = await this.readBeyond();
    const { generation, incarnation } = reading;
    await this.write(
      beyondId(this.#task),
      { generation, incarnation, task: this.#task, count },
      there?.version ?? null,
    );
  }

  remove(id: string): Promise<void> {
    return this.#state.remove(id);
  }

  /** Removes an entry that is still the one that was seen. */
  async removeSeen(id: string, version: string | null): Promise<void> {
    const there = await this.#state.read(id);
    if (there && there.version === version) await this.#state.remove(id);
  }
}

function isLater(there: SetAsideDocument | Beyond, value: SetAsideDocument | Beyond): boolean {
  return 'etag' in there && 'etag' in value && there.etag > value.etag;
}
