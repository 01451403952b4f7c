import type { IncomingTask } from '../status/task-status.ts';

/** How fresh the copies of one collection are. */
export interface Freshness {
  /** All of it is here. */
  complete: boolean;
  /** Everything up to this etag of the owner's database is applied; null before the first. */
  appliedEtag: number | null;
  /** The owner's newest etag: as it said just now, or as it was known last. */
  sourceEtag: number | null;
  /** Age of what is applied, in milliseconds: 0 when it is all there; null when that cannot be said. */
  behindMs: number | null;
  /** False: the owner did not answer just now, so `sourceEtag` may be old. */
  sourceReachable: boolean;
}

/** Puts the tasks of one collection together: a collection is as fresh as the task that lags most. */
export function judgeFreshness(tasks: readonly IncomingTask[], asked: number | null): Freshness {
  const appliedEtag = least(tasks.map(({ position }) => position));
  const sourceEtag = asked ?? greatest(tasks.map((task) => task.sourceEtag));
  return {
    complete: tasks.length > 0 && tasks.every(({ complete }) => complete),
    appliedEtag,
    sourceEtag,
    behindMs: isReached(tasks, asked) ? 0 : greatest(tasks.map(({ behindMs }) => behindMs)),
    sourceReachable: asked !== null,
  };
}

/** Whether all that the owner had at `asked` is applied. */
export function isReached(tasks: readonly IncomingTask[], asked: number | null): boolean {
  return asked !== null && tasks.every(({ position }) => position !== null && position >= asked);
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : Math.min(...known);
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
