import type { Job } from '../job/job.ts';
import type { JobStore, StoredJob } from '../job/store.ts';
import { followOn } from '../run/follow-on.ts';
import { inOrder } from './in-order.ts';
import { Untold, type ToldChange } from './untold.ts';

/** The changes that a reader wants. */
export interface WantedChanges {
  jobId?: string;
  /** The last known revision: changes after it come first. */
  after?: number;
  isWanted(job: Job): boolean;
}

/** Changes of status as they happen, preceded by those after `after`. A reader may resume after any of them. */
export async function* toldChanges(
  store: JobStore,
  { jobId, after, isWanted }: WantedChanges,
  signal: AbortSignal,
): AsyncGenerator<ToldChange> {
  const untold = new Untold(after);
  const told = (stored: StoredJob): ToldChange[] => (isWanted(stored.job) ? untold.of(stored) : []);
  const changes = followOn(store, signal, { after, jobId });
  if (jobId === undefined) yield* inOrder(changes, { after, told, position: () => store.position() });
  // Those of one job are always in their order.
  else for await (const change of changes) yield* told(change);
}
