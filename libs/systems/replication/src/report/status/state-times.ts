/** The fields of a task whose changes are timed. */
interface Seen {
  state: string;
  generation: number | null;
  position: number | null;
}

/** When this instance first saw the current state; null if it has been like that since this instance first looked. */
export interface SeenTimes {
  /** ISO 8601, UTC. */
  since: string;
  generationStartedAt: string | null;
  lastChangeAt: string | null;
}

/** More tasks than a module can have; each rename leaves one behind. */
const MOST_TASKS = 5_000;

/** Remembers when the tasks of this module reached their current state. */
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
