import { randomUUID } from 'node:crypto';
import type { AuditLog, AuditPage, StateStore } from '@nestjs-spark/contracts/internal';
import { isAuditEntry, newestFirst, type AuditEntry } from './audit-entry.ts';

const PREFIX = 'sparkAudit/';
const COLLECTION = 'SparkAudit';
const MOST_ENTRIES = 1_000;
/** How many entries are written before the oldest are trimmed. */
const BETWEEN_TRIMS = 50;

/** The newest entries of the audit trail, in the module's own database: from all its instances, surviving restarts. */
export class AuditStore implements AuditLog {
  readonly #state: StateStore;
  readonly #most: number;
  readonly #betweenTrims: number;
  #untrimmed: number;

  constructor(state: StateStore, { most = MOST_ENTRIES, betweenTrims = BETWEEN_TRIMS } = {}) {
    this.#state = state;
    this.#most = most;
    this.#betweenTrims = betweenTrims;
    // The first write of a process trims what earlier ones have left.
    this.#untrimmed = betweenTrims;
  }

  /** @throws {UnavailableError} while the store is unavailable */
  async add(entry: AuditEntry): Promise<void> {
    const id = `${PREFIX}${entry.at.replaceAll(/\D/g, '')}-${randomUUID().slice(0, 8)}`;
    await this.#state.write(id, COLLECTION, entry, null);
    this.#untrimmed += 1;
    if (this.#untrimmed >= this.#betweenTrims) await this.#trim();
  }

  /** @throws {UnavailableError} while the store is unavailable */
  async newest(skip: number, take: number): Promise<AuditPage & { entries: AuditEntry[]; total: number }> {
    const found = await this.#state.list<AuditEntry>(PREFIX);
    const entries = found
      .map(({ value }) => value)
      .filter(isAuditEntry)
      .toSorted(newestFirst);
    return { entries: entries.slice(skip, skip + take), total: entries.length };
  }

  async #trim(): Promise<void> {
    this.#untrimmed = 0;
    // Ids begin with the time, so they sort by it.
    const ids = (await this.#state.list(PREFIX)).map(({ id }) => id).toSorted();
    for (const id of ids.slice(0, -this.#most)) await this.#state.remove(id);
  }
}
