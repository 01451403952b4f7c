import type { DocumentWriter } from '@nestjs-spark/contracts/internal';
import { CollectedWrites, type SparkTransaction } from './collected-writes.ts';

/**
 * Writes over several repositories that happen together or not at all, the same on every store. Inject it by its class.
 *
 * ```ts
 * await this.transactions.run(async (tx) => {
 *   const brand = await tx.of(CarBrand).create({ name: 'Opel' });
 *   tx.of(Car).put(car.id, { ...car, brand }, { version: car[VERSION] });
 *   tx.of(Car).delete('cars/2-A');
 * });
 * ```
 *
 * Nothing is written before `run` ends: what is read meanwhile, including through repositories, is the state before it. If a write
 * depends on what was read, pass its version, and get an error when another writer was faster.
 */
export class SparkTransactions {
  readonly #writer: DocumentWriter;

  /** @param writer the store's; the Nest module creates this class */
  constructor(writer: DocumentWriter) {
    this.#writer = writer;
  }

  /**
   * Runs `work`, then writes everything that it requested, atomically. When `work` throws, nothing is written.
   * @returns what `work` returns
   * @throws {VersionConflictError} naming a document that is not at the given version; nothing was written: read again and run
   *   again
   * @throws {StoreRefusedError} when a document was named twice, cannot be stored, or belongs to another collection; nothing was
   *   written
   * @throws {UnavailableError} when the store is unavailable. If it became unavailable during the write, it is unknown whether it
   *   wrote, but it was all or nothing: read before trying again
   */
  async run<R>(work: (transaction: SparkTransaction) => Promise<R> | R): Promise<R> {
    const collected = new CollectedWrites(this.#writer);
    try {
      const result = await work(collected);
      await collected.idsGiven();
      if (collected.writes.length > 0) await this.#writer.writeAll(collected.writes);
      return result;
    } finally {
      collected.end();
    }
  }
}
