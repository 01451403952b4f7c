import { performance } from 'node:perf_hooks';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { AuditLog, AuditPage } from '@nestjs-spark/contracts/internal';
import { isAuditEntry, newestFirst, type AuditEntry } from './audit-entry.ts';

/** More than the module's database keeps. */
const MOST_OWN = 2_000;
/** How long a log that did not answer is not written to: each attempt may take seconds, and more would queue up behind it. */
const REST_MS = 10_000;

/**
 * The shared log of all modules, with the module's own database as a fallback. Nothing is transferred from one to the other: a
 * list merges both. An entry that was stored although its response was lost is in both, and shown once.
 */
export class JoinedAuditLog implements AuditLog {
  readonly #shared: AuditLog;
  readonly #own: AuditLog;
  readonly #restMs: number;
  #restsUntil = 0;

  constructor(shared: AuditLog, own: AuditLog, { restMs = REST_MS } = {}) {
    this.#shared = shared;
    this.#own = own;
    this.#restMs = restMs;
  }

  /** @throws {UnavailableError} while both are unavailable */
  async add(entry: object): Promise<void> {
    if (performance.now() >= this.#restsUntil) {
      try {
        return await this.#shared.add(entry);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        this.#restsUntil = performance.now() + this.#restMs;
      }
    }
    await this.#own.add(entry);
  }

  /**
   * While one of the two is unavailable, only the other's entries are listed, without a total. @throws {UnavailableError} while
   * both are
   */
  async newest(skip: number, take: number): Promise<AuditPage> {
    const own = await settle(this.#own.newest(0, MOST_OWN));
    const beside = own.page?.entries.filter(isAuditEntry) ?? [];
    if (beside.length === 0) {
      const shared = await settle(this.#shared.newest(skip, take));
      if (!shared.page && !own.page) throw shared.failure;
      return { entries: shared.page?.entries ?? [], total: own.page && (shared.page?.total ?? null) };
    }
    const end = skip + take;
    // Starts from the newest entry, so that each page continues exactly where the previous one ended, regardless of clocks and
    // duplicates.
    for (let asked = end + beside.length; ; asked *= 2) {
      const { page } = await settle(this.#shared.newest(0, asked));
      if (!page) return { entries: beside.slice(skip, end), total: null };
      const isAll = page.entries.length < asked;
      const entries = join(page.entries.filter(isAuditEntry), beside, isAll);
      if (!isAll && entries.length < end) continue;
      return {
        entries: entries.slice(skip, end),
        total: isAll ? entries.length : page.total && page.total + beside.length,
      };
    }
  }
}

/** Merges two ordered lists, newest first. Stops at the end of the first list, unless that list is complete. */
function join(shared: readonly AuditEntry[], own: readonly AuditEntry[], isAll: boolean): AuditEntry[] {
  const joined = new Map<string, AuditEntry>();
  const add = (entry: AuditEntry): void => {
    const key = JSON.stringify(Object.entries(entry).toSorted());
    if (!joined.has(key)) joined.set(key, entry);
  };
  let next = 0;
  for (const entry of shared) {
    for (let other = own[next]; other && newestFirst(other, entry) < 0; other = own[++next]) add(other);
    add(entry);
  }
  if (isAll) own.slice(next).forEach(add);
  return [...joined.values()];
}

type Settled = { page: AuditPage; failure?: never } | { page: null; failure: UnavailableError };

/** @throws anything that is not an outage */
async function settle(asked: Promise<AuditPage>): Promise<Settled> {
  try {
    return { page: await asked };
  } catch (failure) {
    if (!(failure instanceof UnavailableError)) throw failure;
    return { page: null, failure };
  }
}
