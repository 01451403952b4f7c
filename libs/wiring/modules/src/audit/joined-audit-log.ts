import { performance } from 'node:perf_hooks';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { AuditLog, AuditPage } from '@nestjs-spark/contracts/internal';
import { isAuditEntry, newestFirst, type AuditEntry } from './audit-entry.ts';

/** More than the module's database keeps. */
const MOST_OWN = 2_000;
/** How long a log that did not answer is not asked to take more: each attempt may wait for seconds, and more wait behind it. */
const REST_MS = 10_000;

/**
 * The log of all modules, and the module's own database for what that did not take. Nothing is carried over from one to the other: a
 * list has both. An entry that was stored although its answer was lost is in both, and shown once.
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

  /** @throws {UnavailableError} while both are away */
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

  /** While one of the two is away, the other's entries are listed, and not counted. @throws {UnavailableError} while both are */
  async newest(skip: number, take: number): Promise<AuditPage> {
    const own = await settle(this.#own.newest(0, MOST_OWN));
    const beside = own.page?.entries.filter(isAuditEntry) ?? [];
    if (beside.length === 0) {
      const shared = await settle(this.#shared.newest(skip, take));
      if (!shared.page && !own.page) throw shared.failure;
      return { entries: shared.page?.entries ?? [], total: own.page && (shared.page?.total ?? null) };
    }
    const end = skip + take;
    // From the newest on, so that each page goes on where the one before it ended, whatever the clocks and doubles are.
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

/** Two lists as one, each in its own order; the newer first of what is next in both. It ends with the first one, or has all. */
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

/** @throws what is no outage */
async function settle(asked: Promise<AuditPage>): Promise<Settled> {
  try {
    return { page: await asked };
  } catch (failure) {
    if (!(failure instanceof UnavailableError)) throw failure;
    return { page: null, failure };
  }
}
