import type { StoredJob } from '../job/store.ts';

/** At most this many revisions are read beyond a missing one: as many changes may be held in memory for a reader. */
const MOST_AHEAD = 10_000;

interface Gap {
  from: number;
  to: number;
  /** The revision up to which what is missing can be found; undefined until it is known. */
  upTo?: number;
}

/** The revisions that a reader has not met on its way, as far as they may still be found in later changes. */
export class Gaps {
  /** In their order. */
  readonly #gaps: Gap[] = [];
  #read: number | undefined;

  /** @param after the last revision that the reader knows; undefined if none before its first one concerns it */
  constructor(after: number | undefined) {
    this.#read = after;
  }

  /** The first missing revision; Infinity if none is. */
  get first(): number {
    return this.#gaps[0]?.from ?? Infinity;
  }

  /** Whether the end of the search is to be set. The store is asked once for all that are met until then. */
  get needBound(): boolean {
    return this.#gaps[0] !== undefined && this.#gaps[0].upTo === undefined;
  }

  /** Whether the reader is ahead of this revision already, which is then that of a store that began again. */
  isBehind(revision: number): boolean {
    return this.#read !== undefined && revision <= this.#read;
  }

  /** Takes the next record: revisions found in it are no longer missing, nor are those whose search has ended. */
  read({ job, revision }: StoredJob): void {
    const from = (this.#read ?? revision - 1) + 1;
    if (from < revision) this.#gaps.push({ from, to: revision - 1 });
    this.#read = revision;
    for (const transition of job.transitions) this.#found(transition.revision ?? revision);
    this.#forget();
  }

  /** Ends the search at the latest revision of the store: a message is only removed once the next change of its job is stored. */
  bound(position: number): void {
    for (const gap of this.#gaps) gap.upTo ??= position;
    this.#forget();
  }

  /** Gives up on everything that is missing. */
  close(): void {
    this.#gaps.length = 0;
  }

  #forget(): void {
    const read = this.#read ?? 0;
    const open = this.#gaps.findIndex(({ to, upTo = Infinity }) => Math.min(upTo, to + MOST_AHEAD) > read);
    this.#gaps.splice(0, open < 0 ? this.#gaps.length : open);
  }

  #found(revision: number): void {
    if (revision < this.first || revision > (this.#gaps.at(-1)?.to ?? 0)) return;
    const at = this.#gaps.findIndex(({ to }) => to >= revision);
    const gap = this.#gaps[at];
    if (!gap || gap.from > revision) return;
    const rest = [
      { ...gap, to: revision - 1 },
      { ...gap, from: revision + 1 },
    ];
    this.#gaps.splice(at, 1, ...rest.filter(({ from, to }) => from <= to));
  }
}
