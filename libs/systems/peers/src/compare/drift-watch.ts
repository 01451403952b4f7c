import { hash } from 'node:crypto';
import { counted, describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import type { DriftCheck, DriftReport } from './drift-check.ts';
import type { DriftStore } from '../drift/drift-store.ts';
import type { DriftKind } from '../drift/compare-records.ts';
import type { Digest } from '../drift/digest.ts';

export interface DriftWatchParts {
  readonly check: DriftCheck;
  readonly store: DriftStore;
  /** Interval in milliseconds; 0 disables comparisons. */
  readonly everyMs: number;
  readonly logger: Logger;
  entities(): readonly string[];
  /** Nodes available for comparison. */
  others(): readonly string[];
}

/** After a comparison, the pause is at least this many times its duration. */
const REST = 20;
/** Collections up to this number of documents have their digest computed whenever the status is requested. */
const SMALL = 2_000;

/** Compares each collection with another node periodically. */
export class DriftWatch {
  readonly #parts: DriftWatchParts;
  readonly #digests = new Map<string, string>();
  /** Digests of small collections, from the latest request. */
  readonly #asked = new Map<string, string>();
  #refreshing: Promise<void> | null = null;
  readonly #found = new Map<string, Map<DriftKind, number>>();

  constructor(parts: DriftWatchParts) {
    this.#parts = parts;
  }

  /** @returns when aborted */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs, logger } = this.#parts;
    if (everyMs <= 0) return;
    await this.#recall();
    return keepRunning(() => this.#compareAll(signal), {
      signal,
      policy: { waitMs: everyMs },
      endMs: Infinity,
      onFailure: (error) =>
        logger.warn(`A comparison with another replica is delayed: ${describeError(error)}`),
    });
  }

  /** The digest of a whole collection from its last comparison or refresh; null before the first. */
  digestOf(entity: string): string | null {
    return this.#asked.get(entity) ?? this.#digests.get(entity) ?? null;
  }

  /** Computes the digests of small collections, which is fast enough for a status request. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** The number of differences that comparisons have found since this process started. */
  get found(): { entity: string; kind: DriftKind; count: number }[] {
    return [...this.#found].flatMap(([entity, kinds]) =>
      [...kinds].map(([kind, count]) => ({ entity, kind, count })),
    );
  }

  /** Nodes available for comparison. */
  candidates(): readonly string[] {
    return this.#parts.others();
  }

  /** Counts the findings of a comparison. */
  note(entity: string, { differences }: DriftReport): void {
    const kinds = this.#found.get(entity) ?? new Map<DriftKind, number>();
    for (const { kind } of differences) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    this.#found.set(entity, kinds);
  }

  async #refresh(): Promise<void> {
    const { store } = this.#parts;
    for (const entity of this.#parts.entities()) {
      const { total } = await store.documents(entity, { skip: 0, take: 0 });
      if (total <= SMALL) this.#asked.set(entity, textOf(await store.digest(entity)));
      else this.#asked.delete(entity);
    }
  }

  /** Restores digests, so that the status has one before the first comparison of this run. */
  async #recall(): Promise<void> {
    for (const entity of this.#parts.entities()) {
      const digest = await this.#parts.store.keptDigest(entity);
      if (digest && !this.#digests.has(entity)) this.#digests.set(entity, textOf(digest));
    }
  }

  async #compareAll(signal: AbortSignal): Promise<void> {
    const { check, everyMs, logger } = this.#parts;
    const began = performance.now();
    const others = this.#parts.others();
    const other = others[Math.floor(Math.random() * others.length)];
    for (const entity of this.#parts.entities()) {
      if (signal.aborted) return;
      await this.#noteDigest(entity);
      const report = other === undefined ? null : await check.compare(entity, other);
      if (!report || report.differences.length === 0) continue;
      this.note(entity, report);
      const [first] = report.differences;
      logger.warn(
        `${entity} differs from ${report.comparedWith} in ${counted(report.differences.length, 'record')}, such as ${first?.recordId} (${first?.kind}): POST /spark/peers/${entity}/drift/repair?with=${report.comparedWith}`,
      );
    }
    await pause(Math.max(everyMs, (performance.now() - began) * REST), signal);
  }

  async #noteDigest(entity: string): Promise<void> {
    const { store } = this.#parts;
    const digest = await store.digest(entity);
    const text = textOf(digest);
    if (this.#digests.get(entity) !== text) await store.keepDigest(entity, digest);
    this.#digests.set(entity, text);
  }
}

function textOf(digest: Digest): string {
  return hash('sha256', digest.join(), 'hex').slice(0, 16);
}
