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
    const beside = own.page?.entries.length ?? 0;
    // So many of the page's predecessors are the shared log's in any case: they need not be read.
    const before = Math.max(0, skip - beside);
    const shared = await settle(this.#shared.newest(before, skip - before + take));
    if (!own.page && !shared.page) throw shared.failure;
    const both = [own, shared].flatMap(({ page }) => page?.entries ?? []).filter(isAuditEntry);
    const entries = eachOnce(both).toSorted(newestFirst);
    const counts = [own.page?.total ?? null, shared.page?.total ?? null];
    const total = counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return { entries: entries.slice(skip - before, skip - before + take), total };
  }
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

function eachOnce(entries: readonly AuditEntry[]): AuditEntry[] {
  return [
    ...new Map(entries.map((entry) => [JSON.stringify(Object.entries(entry).toSorted()), entry])).values(),
  ];
}
