import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import type { IncomingTask } from '../../tasks/task-status.ts';

/** How fresh the copies of one collection are. */
@ApiSchema({ name: 'FreshnessAnswer' })
export class Freshness {
  /** Whether everything is here. */
  @ApiProperty()
  complete!: boolean;

  /** The etag of the owner's database up to which everything is applied; null before the first, and if the owner now has another database. */
  @ApiProperty({ type: Number, nullable: true })
  appliedEtag!: number | null;

  /** The owner's newest etag: just received, or last known. */
  @ApiProperty({ type: Number, nullable: true })
  sourceEtag!: number | null;

  /** The owner's database that the etags belong to; null while unknown. */
  @ApiProperty({ type: String, nullable: true, description: "The owner's database that the etags belong to" })
  databaseId!: string | null;

  /** The age of what is applied, in milliseconds: 0 if nothing is missing; null while unknown. */
  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds; null: not known' })
  behindMs!: number | null;

  /** False if the owner did not answer this time, so that `sourceEtag` may be outdated. */
  @ApiProperty()
  sourceReachable!: boolean;
}

/** An owner's current answer. */
export interface Asked {
  sourceEtag: number;
  /** Absent from owners of earlier versions. */
  databaseId?: string;
}

/** Combines the tasks of one collection: it is as fresh as the task that lags most. */
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

/** Whether everything that the owner had at `asked` has been applied. */
export function isReached(tasks: readonly IncomingTask[], asked: Asked | null): boolean {
  return asked !== null && tasks.every((task) => !isOfAnother(task, asked) && hasAll(task, asked));
}

/** Either it was applied, or the missing changes are known not to concern the task. */
function hasAll({ position, lag, sourceEtag }: IncomingTask, asked: Asked): boolean {
  if (position === null) return false;
  return position >= asked.sourceEtag || (lag === 0 && (sourceEtag ?? 0) >= asked.sourceEtag);
}

/** Etags of two databases cannot be compared. */
function isOfAnother({ databaseId }: IncomingTask, asked: Asked): boolean {
  return databaseId !== null && asked.databaseId !== undefined && databaseId !== asked.databaseId;
}

/**
 * If the age is unknown for one task, it is unknown for the collection. 0 would be wrong if the owner has just named an etag that has
 * not arrived here, or if it does not answer and the task waits: then the known age is outdated.
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
