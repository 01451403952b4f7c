import { VersionConflictError } from '@nestjs-spark/contracts';
import { toStoredName, type StateStore, type Versioned } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, isWhole, type Guard } from '@nestjs-spark/foundation/internal';
import { isSetAsideRecord, type Reading, type SetAsideRecord } from './record.ts';
import { SET_ASIDE, beyondId, setAsideId, setAsidePrefix } from './record-ids.ts';

/** How many records of one reading failed beyond those kept individually. */
export interface Beyond extends Reading {
  count: number;
}

const isBeyond: Guard<Beyond> = isObjectOf({ generation: isWhole, incarnation: isText(), count: isWhole });

/** What the database contains after a write. */
export interface Written {
  /** The version of another instance's entry, if that concerns a later version of the record. */
  version: string;
  /** Whether there was no entry before. */
  isFirst: boolean;
}

/** The entries of a name in the module's own database; an entry about a later version is never overwritten. */
export class SetAsideEntries {
  readonly #state: StateStore;
  readonly #name: string;

  constructor(state: StateStore, name: string) {
    this.#state = state;
    this.#name = name;
  }

  idOf({ incarnation }: Reading, key: string): string {
    return setAsideId(this.#name, incarnation, key);
  }

  /** Those that can be read: a malformed one does not hide the others. */
  async list(): Promise<Versioned<SetAsideRecord>[]> {
    const stored = await this.#state.list<SetAsideRecord>(setAsidePrefix(this.#name));
    return stored.filter(({ value }) => isSetAsideRecord(value));
  }

  async read(id: string): Promise<Versioned<SetAsideRecord> | null> {
    const stored = await this.#state.read<SetAsideRecord>(id);
    return stored && isSetAsideRecord(stored.value) ? stored : null;
  }

  async readBeyond(): Promise<Versioned<Beyond> | null> {
    const stored = await this.#state.read<Beyond>(beyondId(this.#name));
    return stored && isBeyond(stored.value) ? stored : null;
  }

  async write(id: string, value: SetAsideRecord | Beyond, expected: string | null): Promise<Written> {
    try {
      const named = { ...toStoredName(this.#name), ...value };
      const version = await this.#state.write(id, SET_ASIDE, named, expected);
      return { version, isFirst: expected === null };
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      const there = await this.#state.read<SetAsideRecord | Beyond>(id);
      if (there && isLater(there.value, value)) return { version: there.version, isFirst: false };
      return this.write(id, value, there?.version ?? null);
    }
  }

  async writeBeyond(reading: Reading, count: number): Promise<void> {
    const there = await this.readBeyond();
    const { generation, incarnation } = reading;
    await this.write(beyondId(this.#name), { generation, incarnation, count }, there?.version ?? null);
  }

  remove(id: string): Promise<void> {
    return this.#state.remove(id);
  }

  /** Removes an entry unless it has changed since it was read. */
  async removeSeen(id: string, version: string | null): Promise<void> {
    const there = await this.#state.read(id);
    if (there && there.version === version) await this.#state.remove(id);
  }
}

function isLater(there: SetAsideRecord | Beyond, value: SetAsideRecord | Beyond): boolean {
  return 'etag' in there && 'etag' in value && there.etag > value.etag;
}
