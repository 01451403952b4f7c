import { StoreRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  blame,
  checkpointId,
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type Overwrite,
  type StoredCheckpoint,
  type StoredCopy,
  type WholeCopy,
} from '@nestjs-spark/contracts/internal';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { removeState, requireVersion } from '../state/state-rows.ts';
import { applySet, findInTheWay, removeAsListed } from './apply-set.ts';
import { listCheckpoints, readCheckpoint, writeCheckpoint } from './checkpoint-rows.ts';
import { prepareSet } from './prepare-set.ts';
import { findCopies, listCopies, wholeCopies } from './list-copies.ts';

/**
 * Applies change sets in one SQLite file. What is stored under the ids of the puts is checked in the same transaction.
 * A set is one transaction, in which this process does nothing else: about 20 ms for 1,000 documents.
 */
export class SqliteChangeSink implements ChangeSink {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  readCheckpoint(name: string): Promise<StoredCheckpoint | null> {
    return this.#database.read((open) => readCheckpoint(open, name));
  }

  listCheckpoints(): Promise<StoredCheckpoint[]> {
    return this.#database.read(listCheckpoints);
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    _contents?: unknown,
    overwrite?: Overwrite,
  ): Promise<string> {
    const set = prepareSet(commands, checkpoint.ids ?? UNNAMED_RULE);
    const version = await expected;
    try {
      return await this.#database.write((open) => {
        requireVersion(open, checkpointId(checkpoint.name), version);
        const removed = applySet(open, checkpoint.name, set, overwrite);
        const documentsDeleted = checkpoint.documentsDeleted + removed;
        return writeCheckpoint(open, { ...checkpoint, documentsDeleted }, version);
      });
    } catch (error) {
      if (error instanceof StoreRefusedError) blame(set.puts, error);
      throw error;
    }
  }

  findInTheWay(name: string, ids: readonly string[], overwrite?: Overwrite): Promise<string[]> {
    return this.#database.read((open) => findInTheWay(open, name, ids, overwrite));
  }

  async *copies(name: string, ids?: readonly string[]): AsyncGenerator<StoredCopy[]> {
    if (ids) yield await findCopies(this.#database, name, ids);
    else yield* listCopies(this.#database, name);
  }

  wholeCopies(name: string): AsyncIterable<WholeCopy[]> {
    return wholeCopies(this.#database, name);
  }

  async removeAsListed(copies: readonly Pick<StoredCopy, 'id' | 'version'>[]): Promise<void> {
    await this.#database.write((open) => removeAsListed(open, copies));
  }

  async removeCheckpoint({ checkpoint, version }: StoredCheckpoint): Promise<void> {
    const id = checkpointId(checkpoint.name);
    await this.#database.write((open) => {
      requireVersion(open, id, version);
      removeState(open, id);
    });
  }
}
