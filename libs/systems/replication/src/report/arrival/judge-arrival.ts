import { counted } from '@nestjs-spark/foundation/internal';
import type { Change } from '@nestjs-spark/contracts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import { isReached } from '../freshness/freshness.ts';

/** What the copies of one collection say about a change: `elsewhere` when one is made of another database than the change is of. */
export type ArrivalVerdict = 'arrived' | 'coming' | 'elsewhere';

/** Whether everything up to a change is here, in all tasks of its collection. Pure. */
export function judgeArrival(tasks: readonly IncomingTask[], { databaseId, etag }: Change): ArrivalVerdict {
  if (isReached(tasks, { databaseId, sourceEtag: etag })) return 'arrived';
  const isElsewhere = tasks.some((task) => task.databaseId !== null && task.databaseId !== databaseId);
  return isElsewhere ? 'elsewhere' : 'coming';
}

/** How far a copy is, for a wait that timed out. */
export function describeReach({
  name,
  state,
  position,
  lag,
  incompleteBecause,
  stalledBecause,
  lastError,
}: IncomingTask): string {
  const reach = position === null ? 'nothing of it has arrived' : `it is applied up to etag ${position}`;
  const missing = lag ? ` (at most ${counted(lag, 'change')} missing)` : '';
  const because = stalledBecause ?? lastError ?? incompleteBecause;
  return `${name} is ${state}, ${reach}${missing}${because ? `: ${because}` : ''}`;
}
