import { checkPut, type StateStore, type StateWrite, type Versioned } from '@nestjs-spark/contracts/internal';
import { GroupedWrites } from '../connect/grouped-writes.ts';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { listState, overwriteState, pageState, readState, removeState, writeState } from './state-rows.ts';

/** Spark's own small documents, in one table beside the application's. */
export class SqliteStateStore implements StateStore {
  readonly #database: SqliteDatabase;
  readonly #grouped: GroupedWrites;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#grouped = new GroupedWrites(database);
  }

  read<T extends object>(id: string): Promise<Versioned<T> | null> {
    return this.#database.read((open) => readState<T>(open, id));
  }

  list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    return this.#database.read((open) => listState<T>(open, prefix));
  }

  /** A page of documents whose id starts with `prefix`, in the order in which they were written, and the total number. */
  page<T extends object>(
    prefix: string,
    skip: number,
    take: number,
  ): Promise<{ documents: Versioned<T>[]; total: number }> {
    return this.#database.read((open) => pageState<T>(open, prefix, { skip, take }));
  }

  async write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
    onDisk: 'now' | 'soon' = 'now',
  ): Promise<string> {
    checkPut(id, JSON.stringify(value));
    const work = (open: OpenDatabase): string => writeState(open, { id, collection, value }, expected);
    return onDisk === 'soon' ? this.#database.writeUnnumberedSoon(work) : this.#grouped.write(work);
  }

  remove(id: string): Promise<void> {
    return this.#grouped.write((open) => removeState(open, id));
  }

  readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]> {
    return this.#database.read((open) => ids.map((id) => readState<T>(open, id)?.value ?? null));
  }

  async writeTogether(
    writes: readonly StateWrite[],
    { expected, ...last }: StateWrite & { expected: string | null },
  ): Promise<string> {
    for (const { id, value } of [...writes, last]) checkPut(id, JSON.stringify(value ?? {}));
    return this.#database.write((open) => {
      const { id, collection, value } = last;
      const version = writeState(open, { id, collection, value: value ?? {} }, expected);
      for (const one of writes) {
        if (one.value === null) removeState(open, one.id);
        else overwriteState(open, { ...one, value: one.value });
      }
      return version;
    });
  }
}
