import type { IdRule, StateStore } from '@nestjs-spark/contracts/internal';
import { delayMs, messageOf, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { KEPT_PER_NAME, SetAside } from '@nestjs-spark/set-aside/internal';

const RETRY: RetryPolicy = { waitMs: [2_000, 10_000, 30_000, 60_000, 300_000] };
const ATTEMPTS = 6;
/** After so many copies in a row for which a handler failed, it is the handler that is down, not the copies. */
export const MOST_IN_A_ROW = 10;
const RETRIES_AT_ONCE = 20;
const READING = { generation: 1, incarnation: 'handler' };

/** The copies of which a handler could not be told, kept in the database; and when each is tried again. */
export class FailedArrivals {
  readonly #kept: SetAside;
  readonly #retry: RetryPolicy;
  readonly #most: number;
  readonly #attempts = new Map<string, { id: string; failures: number; dueAt: number }>();
  /** How many copies in a row it has failed for; one that is tried again does not count. */
  #inARow = 0;
  /** It has not worked since it failed for that many. */
  #wasDown = false;

  private constructor(kept: SetAside, retry: RetryPolicy, most: number) {
    this.#kept = kept;
    this.#retry = retry;
    this.#most = most;
    // What failed before this start may work with the current code.
    for (const id of kept.documents()) this.#attempts.set(kept.keyOf(id), { id, failures: 0, dueAt: 0 });
  }

  /** @param most how many copies are kept at most */
  static async open(
    state: StateStore,
    handler: string,
    ids: IdRule,
    { retry = RETRY, most = KEPT_PER_NAME }: { retry?: RetryPolicy; most?: number } = {},
  ): Promise<FailedArrivals> {
    const kept = await SetAside.open(state, setAsideName(handler), { ...READING, ids });
    return new FailedArrivals(kept, retry, most);
  }

  get count(): number {
    return this.#kept.count;
  }

  /** The handler fails whatever it is told. */
  get isDown(): boolean {
    return this.#inARow >= MOST_IN_A_ROW;
  }

  /** Whether a copy can be set aside. What is not kept would be forgotten, so the handler has to wait for room. */
  hasRoomFor(id: string): boolean {
    return this.#attempts.size < this.#most || this.#attempts.has(this.#kept.keyOf(id));
  }

  giveAnotherChance(): void {
    this.#inARow = MOST_IN_A_ROW - 1;
  }

  async add(id: string, error: unknown, now: number, isRetry: boolean): Promise<void> {
    const key = this.#kept.keyOf(id);
    const failures = (this.#attempts.get(key)?.failures ?? 0) + 1;
    if (!isRetry) this.#inARow++;
    this.#wasDown ||= this.isDown;
    const etag = (this.#kept.etagOf(key) ?? 0) + 1;
    await this.#kept.add([
      { documentId: id, etag, reason: messageOf(error), kind: 'handler', line: null, column: null },
    ]);
    const dueAt = failures < ATTEMPTS ? now + delayMs(this.#retry, failures) : Infinity;
    this.#attempts.set(key, { id, failures, dueAt });
  }

  /** @param wasCalled the handler was told, and not only found to know already */
  async succeeded(id: string, wasCalled: boolean): Promise<void> {
    if (wasCalled) this.#works();
    const key = this.#kept.keyOf(id);
    if (!this.#attempts.delete(key)) return;
    await this.#kept.clear(key, Number.MAX_SAFE_INTEGER);
  }

  /** When it had failed for all, the copies were not to blame, so all of them are tried again. */
  #works(): void {
    this.#inARow = 0;
    if (!this.#wasDown) return;
    this.#wasDown = false;
    for (const one of this.#attempts.values()) Object.assign(one, { failures: 0, dueAt: 0 });
  }

  /** Those to be tried again now, the longest due first: few at once, so that they do not hold back what has come since. */
  due(now: number): string[] {
    return [...this.#attempts.values()]
      .filter(({ dueAt }) => dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)
      .slice(0, RETRIES_AT_ONCE)
      .map(({ id }) => id);
  }

  /** In how many milliseconds the next one is to be tried again; null when none is. */
  nextDueIn(now: number): number | null {
    const next = Math.min(...[...this.#attempts.values()].map(({ dueAt }) => dueAt));
    return Number.isFinite(next) ? Math.max(1, Math.ceil(next - now)) : null;
  }
}

/** What a handler's failures are kept under; no task is named so, because its name has three parts. */
export function setAsideName(handler: string): string {
  return `handlers/${handler}`;
}
