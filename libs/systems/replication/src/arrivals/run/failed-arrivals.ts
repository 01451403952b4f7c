import type { IdRule, StateStore } from '@nestjs-spark/contracts/internal';
import { delayMs, messageOf, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { KEPT_PER_NAME, SetAside } from '@nestjs-spark/set-aside/internal';

const RETRY: RetryPolicy = { waitMs: [2_000, 10_000, 30_000, 60_000, 300_000] };
const ATTEMPTS = 6;
/** After this many consecutive copies for which a handler failed, the handler itself counts as down, not the copies. */
export const MOST_IN_A_ROW = 10;
const RETRIES_AT_ONCE = 20;
const READING = { generation: 1, incarnation: 'handler' };

/** The copies that a handler failed for, stored in the database, with the time of their next retry. */
export class FailedArrivals {
  readonly #kept: SetAside;
  readonly #retry: RetryPolicy;
  readonly #most: number;
  readonly #attempts = new Map<string, { id: string; failures: number; dueAt: number }>();
  /** The number of consecutive copies that it has failed for; retries do not count. */
  #inARow = 0;
  /** Whether it was down and has not succeeded since. */
  #wasDown = false;

  private constructor(kept: SetAside, retry: RetryPolicy, most: number) {
    this.#kept = kept;
    this.#retry = retry;
    this.#most = most;
    // What failed before this start may succeed with the current code.
    for (const id of kept.documents()) this.#attempts.set(kept.keyOf(id), { id, failures: 0, dueAt: 0 });
  }

  /** @param most the maximum number of stored copies */
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

  /** Whether the handler fails whatever it is called with. */
  get isDown(): boolean {
    return this.#inARow >= MOST_IN_A_ROW;
  }

  /** Whether a copy can be set aside. Without room it would be forgotten, so the handler has to wait. */
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

  /** @param wasCalled whether the handler was called, and not merely found to know the copy already */
  async succeeded(id: string, wasCalled: boolean): Promise<void> {
    if (wasCalled) this.#works();
    const key = this.#kept.keyOf(id);
    if (!this.#attempts.delete(key)) return;
    await this.#kept.clear(key, Number.MAX_SAFE_INTEGER);
  }

  /** If the handler was down, its failures were not due to the copies, so all of them are retried. */
  #works(): void {
    this.#inARow = 0;
    if (!this.#wasDown) return;
    this.#wasDown = false;
    for (const one of this.#attempts.values()) Object.assign(one, { failures: 0, dueAt: 0 });
  }

  /** The copies to be retried now, longest overdue first: few at once, so that they do not delay new ones. */
  due(now: number): string[] {
    return [...this.#attempts.values()]
      .filter(({ dueAt }) => dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)
      .slice(0, RETRIES_AT_ONCE)
      .map(({ id }) => id);
  }

  /** Milliseconds until the next retry; null if there is none. */
  nextDueIn(now: number): number | null {
    const next = Math.min(...[...this.#attempts.values()].map(({ dueAt }) => dueAt));
    return Number.isFinite(next) ? Math.max(1, Math.ceil(next - now)) : null;
  }
}

/** The key for a handler's failures. It never collides with a task's, whose name has three parts. */
export function setAsideName(handler: string): string {
  return `handlers/${handler}`;
}
