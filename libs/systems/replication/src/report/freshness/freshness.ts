import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import type { IncomingTask } from '../../tasks/task-status.ts';

/** How fresh the copies of one collection are. */
@ApiSchema({ name: 'FreshnessAnswer' })
export class Freshness {
  /** All of it is here. */
  @ApiProperty()
  complete!: boolean;

  /** Everything up to this etag of the owner's database is applied; null before the first, and when the owner now has another database. */
  @ApiProperty({ type: Number, nullable: true })
  appliedEtag!: number | null;

  /** The owner's newest etag: as it has just answered, or as last known. */
  @ApiProperty({ type: Number, nullable: true })
  sourceEtag!: number | null;

  /** The owner's database to which the etags belong; null while unknown. */
  @ApiProperty({ type: String, nullable: true, description: "The owner's database that the etags are of" })
  databaseId!: string | null;

  /** Age of what is applied, in milliseconds: 0 when nothing is missing; null while unknown. */
  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds; null: not known' })
  behindMs!: number | null;

  /** False: the owner did not answer just now, so `sourceEtag` may be old. */
  @ApiProperty()
  sourceReachable!: boolean;
}

/** What an owner answered just now. */
export interface Asked {
  sourceEtag: number;
  /** Absent from an owner of an older version. */
  databaseId?: string;
}

/** Puts the tasks of one collection together: a collection is as fresh as the task that lags most. */
export function judgeFreshness(tasks: readonly IncomingTask[], asked: Asked | null): Freshness {
  const isOther = asked !== null && tasks.some((task) => isOfAnother(task, asked));
  const copied = tasks.find(({ databaseId }) => databaseId !== null)?.databaseId ?? null;
  return {
    complete: tasks.length > 0 && !isOther && tasks.every(({ complete }) => complete),
    appliedEtag: isOther ? null : least(tasks.map(({ position }) => position)),
    sourceEtag: asked?.sourceEtag ?? greatest(tasks.map((task) => task.sourceEtag)),
    databaseId: asked?.databaseId ?? copied,
    behindMs: isOther ? null : isReached(tasks, asked) ? 0 : oldest(tasks, asked),
    sourceReachable: asked !== null,
  };
}

/** Whether all that the owner had at `asked` is applied. */
export function isReached(tasks: readonly IncomingTask[], asked: Asked | null): boolean {
  return asked !== null && tasks.every((task) => !isOfAnother(task, asked) && hasAll(task, asked));
}

/** It is applied, or the missing changes are known not to concern the task. */
function hasAll({ position, lag, sourceEtag }: IncomingTask, asked: Asked): boolean {
  if (position === null) return false;
  return position >= asked.sourceEtag || (lag === 0 && (sourceEtag ?? 0) >= asked.sourceEtag);
}

/** Etags of two databases say nothing about each other. */
function isOfAnother({ databaseId }: IncomingTask, asked: Asked): boolean {
  return databaseId !== null && asked.databaseId !== undefined && databaseId !== asked.databaseId;
}

/**
 * Not known of one task is not known of the collection. 0 would be wrong where the owner has just named an etag that is not here, and
 * where it does not answer and the task waits: what is known is from before.
 */
function oldest(tasks: readonly IncomingTask[], asked: Asked | null): number | null {
  const known = tasks.map(({ behindMs }) => behindMs);
  if (known.length === 0 || known.includes(null)) return null;
  const age = greatest(known);
  const isKnown = asked === null && tasks.every(({ state }) => state !== 'Waiting' && state !== 'Faulted');
  return age === 0 && !isKnown ? null : age;
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : Math.min(...known);
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
