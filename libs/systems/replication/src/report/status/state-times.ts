/** What changes in a task that is worth a time. */
interface Seen {
  state: string;
  generation: number | null;
  position: number | null;
}

/** When something was seen for the first time, by this instance; null: it was like that when this instance looked first. */
export interface SeenTimes {
  /** ISO 8601, UTC. */
  since: string;
  generationStartedAt: string | null;
  lastChangeAt: string | null;
}

/** More tasks than a module can have; a rename leaves one behind. */
const MOST_TASKS = 5_000;

/** Remembers when the tasks of this module came to be as they are. */
export class StateTimes {
  readonly #seen = new Map<string, Seen & SeenTimes>();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  note(task: string, { state, generation, position }: Seen): SeenTimes {
    const before = this.#seen.get(task);
    const at = new Date(this.#now()).toISOString();
    const times: SeenTimes = {
      since: before?.state === state ? before.since : at,
      generationStartedAt:
        before && before.generation !== generation ? at : (before?.generationStartedAt ?? null),
      lastChangeAt: before && before.position !== position ? at : (before?.lastChangeAt ?? null),
    };
    if (before || this.#seen.size < MOST_TASKS)
      this.#seen.set(task, { state, generation, position, ...times });
    return times;
  }
}
