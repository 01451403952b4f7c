import { counted } from '@nestjs-spark/foundation/internal';
import type { Change } from '@nestjs-spark/contracts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import { isReached } from '../freshness/freshness.ts';

/** Whether a change has arrived in the copies of one collection; `elsewhere` if one was made from another database than the change's. */
export type ArrivalVerdict = 'arrived' | 'coming' | 'elsewhere';

/** Whether everything up to a change has been applied in all tasks of its collection. Pure. */
export function judgeArrival(tasks: readonly IncomingTask[], { databaseId, etag }: Change): ArrivalVerdict {
  if (isReached(tasks, { databaseId, sourceEtag: etag })) return 'arrived';
  const isElsewhere = tasks.some((task) => task.databaseId !== null && task.databaseId !== databaseId);
  return isElsewhere ? 'elsewhere' : 'coming';
}

/** The state of a copy, for the error of a wait that timed out. */
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
