import { setImmediate } from 'node:timers/promises';
import { sqliteKey } from '@nestjs-spark/contracts/internal';
import {
  keepDigest,
  keptDigest,
  PeerRows,
  recordState,
  recordStates,
  type RecordState,
  type SqliteDatabase,
  storedDocuments,
} from '@nestjs-spark/sqlite/internal';
import type { PeerEvent } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import type { PolicyOf } from '../merge/show.ts';
import { showHeads } from '../receive/show-heads.ts';
import type { Side } from './compare-records.ts';
import { addToDigest, BUCKETS, bucketOf, type Digest, emptyDigest } from './digest.ts';

/** The number of records read at once, so that requests of the application can run in between. */
const PAGE = 200;

/** Documents as stored, with their versions. */
export interface DocumentPage {
  readonly items: readonly { id: string; document: string; version: string }[];
  readonly total: number;
}

/** A comparison's access to the file. Each page is its own transaction, so that writes continue. */
export class DriftStore {
  readonly #database: SqliteDatabase;
  readonly #policyOf: PolicyOf;

  constructor(database: SqliteDatabase, policyOf: PolicyOf) {
    this.#database = database;
    this.#policyOf = policyOf;
  }

  async digest(entity: string): Promise<Digest> {
    const digest = emptyDigest();
    for await (const records of this.#pages(entity)) addToDigest(digest, records);
    return digest;
  }

  /** Stores a digest for external readers of the file and for the next start. */
  keepDigest(entity: string, digest: Digest): Promise<void> {
    return this.#database.write((open) => keepDigest(open, entity, digest));
  }

  /** The last stored digest; null if there is none. */
  async keptDigest(entity: string): Promise<Digest | null> {
    const kept = await this.#database.read((open) => keptDigest(open, entity));
    return kept.length === BUCKETS ? kept : null;
  }

  /** The records of some buckets. The applied positions are read first, so that the records are never older than those. */
  async side(entity: string, buckets: readonly number[]): Promise<Side> {
    const applied = await this.#applied();
    const wanted = new Set(buckets);
    const records: RecordState[] = [];
    for await (const page of this.#pages(entity))
      records.push(...page.filter(({ recordId }) => wanted.has(bucketOf(recordId))));
    return { applied, records };
  }

  async sideOf(entity: string, recordIds: readonly string[]): Promise<Side> {
    const applied = await this.#applied();
    const records = await this.#database.read((open) =>
      recordIds.map((recordId) => recordState(open, entity, recordId)),
    );
    return { applied, records };
  }

  /** The heads of records, and the resolutions that apply to them. */
  events(entity: string, recordIds: readonly string[]): Promise<PeerEvent[]> {
    return this.#database.read((open) => {
      const file = new PeerRows(open);
      return recordIds.flatMap((recordId) => {
        const heads = file.heads(entity, recordId);
        return [...heads, ...(heads.length > 1 ? file.resolutions(heads) : [])];
      });
    });
  }

  /**
   * Merges events that this file should have, and sets the rows of these records to what their heads say.
   * Events that the log has not delivered to this node yet are left out.
   */
  repair(entity: string, recordIds: readonly string[], events: readonly PeerEvent[]): Promise<void> {
    return this.#database.write((open) => {
      const file = new PeerRows(open);
      const known = events.filter(
        (event) => event.entity === entity && event.number <= file.loggedTo(event.origin),
      );
      for (const recordId of recordIds) {
        const key = sqliteKey(recordId);
        const ofRecord = known.filter((event) => sqliteKey(event.recordId) === key);
        for (const event of ofRecord) file.remember(event);
        const writes = ofRecord.filter(({ resolverVersion }) => resolverVersion === null);
        const heads = writes.reduce(mergeHeads, file.heads(entity, recordId));
        if (heads.length > 0) file.setHeads(entity, recordId, heads);
        if (heads.length > 0) showHeads(file, { entity, recordId, heads }, this.#policyOf);
      }
    });
  }

  documents(entity: string, wanted: { id: string } | { skip: number; take: number }): Promise<DocumentPage> {
    return this.#database.read((open) => storedDocuments(open, entity, wanted));
  }

  #applied(): Promise<Record<string, number>> {
    return this.#database.read((open) =>
      Object.fromEntries(new PeerRows(open).loggedOrigins().map(({ origin, number }) => [origin, number])),
    );
  }

  async *#pages(entity: string): AsyncGenerator<RecordState[]> {
    let after: string | null = null;
    for (;;) {
      const page: RecordState[] = await this.#database.read((open) =>
        recordStates(open, entity, after, PAGE),
      );
      yield page;
      after = page.at(-1)?.recordId ?? null;
      if (page.length < PAGE || after === null) return;
      await setImmediate();
    }
  }
}
