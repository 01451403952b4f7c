import { randomUUID } from 'node:crypto';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isAuditEntry, type AuditEntry } from './audit-entry.ts';

const PREFIX = 'sparkAudit/';
const COLLECTION = 'SparkAudit';
const MOST_ENTRIES = 1_000;
/** How many entries are written before the oldest are looked for. */
const BETWEEN_TRIMS = 50;

/** The newest entries of the audit trail, in the module's own database: of all its instances, and after restarts. */
export class AuditStore {
  readonly #state: StateStore;
  readonly #most: number;
  readonly #betweenTrims: number;
  #untrimmed: number;

  constructor(state: StateStore, { most = MOST_ENTRIES, betweenTrims = BETWEEN_TRIMS } = {}) {
    this.#state = state;
    this.#most = most;
    this.#betweenTrims = betweenTrims;
    // The first write of a process looks after what earlier ones have left.
    this.#untrimmed = betweenTrims;
  }

  /** @throws {UnavailableError} while the store is away */
  async add(entry: AuditEntry): Promise<void> {
    const id = `${PREFIX}${entry.at.replaceAll(/\D/g, '')}-${randomUUID().slice(0, 8)}`;
    await this.#state.write(id, COLLECTION, entry, null);
    this.#untrimmed += 1;
    if (this.#untrimmed >= this.#betweenTrims) await this.#trim();
  }

  /**
   * The newest first.
   * @throws {UnavailableError} while the store is away
   */
  async list(): Promise<AuditEntry[]> {
    const found = await this.#state.list<AuditEntry>(PREFIX);
    return found
      .map(({ value }) => value)
      .filter(isAuditEntry)
      .toSorted((a, b) => (a.at < b.at ? 1 : -1));
  }

  async #trim(): Promise<void> {
    this.#untrimmed = 0;
    // Ids begin with the time, so they sort by it.
    const ids = (await this.#state.list(PREFIX)).map(({ id }) => id).toSorted();
    for (const id of ids.slice(0, -this.#most)) await this.#state.remove(id);
  }
}
