import { IdTable } from './id-table.ts';
import type { VerifyRecord } from './verify-record.ts';

/** What one comparison has found in order, while this instance works on it: it survives a failure. */
export class SeenMemory {
  #of: string | null = null;
  #table = new IdTable();

  /** The same table for the same comparison of the same copies, otherwise an empty one. */
  of({ startedAt, incarnation }: Pick<VerifyRecord, 'startedAt' | 'incarnation'>): IdTable {
    const comparison = `${startedAt} ${incarnation}`;
    if (comparison !== this.#of) this.#table = new IdTable();
    this.#of = comparison;
    return this.#table;
  }

  forget(): void {
    this.#of = null;
    this.#table = new IdTable();
  }
}
