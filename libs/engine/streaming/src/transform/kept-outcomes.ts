import type { SourceChange } from '@nestjs-spark/contracts/internal';

/** The most that is kept in all, in characters of JSON text: as much as is kept of the pages. */
const MOST = 8 * 1024 * 1024;
/** What each counts for in addition to its text: a script may make nothing of millions of changes. */
const AT_LEAST = 1024;

type Outcomes = Map<string, Promise<unknown>>;

interface Made {
  outcomes: WeakRef<Outcomes>;
  key: string;
  size: number;
}

/** What was made of changes. Forgotten together with their page, or earlier where a script makes much of little. */
export class KeptOutcomes {
  /** By the first of the changes, then by their number and last etag. */
  readonly #outcomes = new WeakMap<SourceChange, Outcomes>();
  /** The oldest first; some may be gone with their page. */
  readonly #made: Made[] = [];
  #size = 0;

  get(first: SourceChange, changes: readonly SourceChange[]): Promise<unknown> | undefined {
    return this.#outcomes.get(first)?.get(keyOf(changes));
  }

  /** Keeps it while it is made, and afterwards unless it fails. */
  keep<R>(
    first: SourceChange,
    changes: readonly SourceChange[],
    outcome: Promise<R>,
    sizeOf: (result: R) => number,
  ): void {
    const outcomes: Outcomes = this.#outcomes.get(first) ?? new Map();
    const key = keyOf(changes);
    this.#outcomes.set(first, outcomes.set(key, outcome));
    outcome.then(
      (result) => this.#add({ outcomes: new WeakRef(outcomes), key, size: AT_LEAST + sizeOf(result) }),
      () => outcomes.get(key) === outcome && outcomes.delete(key),
    );
  }

  #add(made: Made): void {
    this.#made.push(made);
    this.#size += made.size;
    while (this.#size > MOST) {
      const oldest = this.#made.shift();
      oldest?.outcomes.deref()?.delete(oldest.key);
      this.#size -= oldest?.size ?? this.#size;
    }
  }
}

function keyOf(changes: readonly SourceChange[]): string {
  return `${changes.length}|${changes.at(-1)?.etag}`;
}
