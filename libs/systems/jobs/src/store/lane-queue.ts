import { PRIORITY_LANES } from '../job/store.ts';
import { LaneTurns } from './lane-turns.ts';

/** Job ids in lanes. A lane with a label hands out as many at once as its limit allows. */
export class LaneQueue {
  readonly #limits: Readonly<Record<string, number>>;
  readonly #lanes = new Map<string, string[]>();
  readonly #held = new Map<string, number>();
  readonly #turns = new LaneTurns();

  /** @param limits by label */
  constructor(limits: Readonly<Record<string, number>>) {
    this.#limits = Object.fromEntries(
      Object.entries(limits).map(([label, most]) => [`label-${label}`, most]),
    );
  }

  push(lane: string, jobId: string): void {
    const waiting = this.#lanes.get(lane);
    if (waiting) waiting.push(jobId);
    else this.#lanes.set(lane, [jobId]);
  }

  /** The next job; it counts against its lane's limit until `free`. */
  take(): { lane: string; jobId: string } | null {
    const labels = [...this.#lanes.keys()].filter((lane) => !isPriority(lane));
    for (const lane of this.#turns.next<string>(labels, PRIORITY_LANES)) {
      const held = this.#held.get(lane) ?? 0;
      if (held >= (this.#limits[lane] ?? Infinity)) continue;
      const jobId = this.#lanes.get(lane)?.shift();
      if (jobId === undefined) continue;
      this.#held.set(lane, held + 1);
      return { lane, jobId };
    }
    return null;
  }

  free(lane: string): void {
    this.#held.set(lane, Math.max(0, (this.#held.get(lane) ?? 0) - 1));
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#lanes].map(([lane, waiting]) => [lane, waiting.length]));
  }
}

function isPriority(lane: string): boolean {
  return (PRIORITY_LANES as readonly string[]).includes(lane);
}
