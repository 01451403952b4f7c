import { BUCKETS, differingBuckets } from '../drift/digest.ts';
import type { AskPeers } from '../answer/ask-peers.ts';
import { MOST_NAMED } from '../answer/questions.ts';
import { compareRecords, type Difference } from '../drift/compare-records.ts';
import type { DriftStore } from '../drift/drift-store.ts';

/** The result of one comparison of a collection with another node. */
export interface DriftReport {
  comparedWith: string;
  at: string;
  /** How many of the 256 buckets differed. */
  buckets: number;
  /** At most 1,000: the comparison ends with them. */
  differences: Difference[];
  /** Records that differ only because events have not been applied on both sides yet. */
  inFlight: number;
}

/** Keeps an answer below NATS's message size limit. */
const RECORDS_OF_AN_ANSWER = 3_000;
const MOST_DIFFERENCES = 1_000;

/** Compares collections with other nodes, and repairs differences in this node's file. */
export class DriftCheck {
  readonly #store: DriftStore;
  readonly #peers: AskPeers;

  constructor(store: DriftStore, peers: AskPeers) {
    this.#store = store;
    this.#peers = peers;
  }

  /** @returns null if the other node does not answer @throws {UnavailableError} while NATS is down */
  async compare(entity: string, node: string): Promise<DriftReport | null> {
    const theirs = await this.#peers.digest(node, entity);
    if (theirs === null) return null;
    const buckets = differingBuckets(await this.#store.digest(entity), theirs.digest);
    const report: DriftReport = {
      comparedWith: theirs.node,
      at: new Date().toISOString(),
      buckets: buckets.length,
      differences: [],
      inFlight: 0,
    };
    const rows = Math.max(1, (await this.#store.documents(entity, { skip: 0, take: 0 })).total);
    const atOnce = Math.max(1, Math.floor((RECORDS_OF_AN_ANSWER * BUCKETS) / rows));
    // Each part reads the whole collection on both sides: once there is enough to show, the rest only costs time and memory.
    for (let at = 0; at < buckets.length && report.differences.length < MOST_DIFFERENCES; at += atOnce) {
      const some = buckets.slice(at, at + atOnce);
      const there = await this.#peers.heads(node, entity, { buckets: some });
      if (there === null) return null;
      const found = compareRecords(await this.#store.side(entity, some), there);
      report.differences = [...report.differences, ...found.differences].slice(0, MOST_DIFFERENCES);
      report.inFlight += found.inFlight;
    }
    return report;
  }

  /**
   * Brings this file to the state that its own events and those of the other node yield. Faults of the other node are repaired there.
   * @returns null if the other node does not answer @throws {UnavailableError} while NATS is down
   */
  async repair(entity: string, node: string): Promise<{ repaired: number; left: number } | null> {
    const before = await this.compare(entity, node);
    if (before === null) return null;
    const ids = before.differences.map(({ recordId }) => recordId);
    for (let at = 0; at < ids.length;) {
      const some = ids.slice(at, at + MOST_NAMED);
      const there = await this.#peers.heads(node, entity, { records: some });
      if (there === null) return null;
      // As many as an answer can hold.
      const answered = some.slice(0, Math.max(1, there.records.length));
      await this.#store.repair(entity, answered, there.events);
      at += answered.length;
    }
    const after = ids.length === 0 ? before : await this.compare(entity, node);
    if (after === null) return null;
    const left = after.differences.length;
    return { repaired: Math.max(0, ids.length - left), left };
  }
}
