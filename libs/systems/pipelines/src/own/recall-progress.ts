import type { LaneProgress } from '../run/run-lane.ts';
import { RECORDS_LANE, type LaneLog, type PipelineKey } from '../store/ports.ts';

/** How far a pipeline was when its last process ended; null if nothing was written in this generation. */
export async function recallProgress(
  { store, key }: { store: { lanes: Pick<LaneLog, 'read'> }; key: PipelineKey },
  generation: number,
): Promise<LaneProgress | null> {
  const { state: lane } = await store.lanes.read(key, RECORDS_LANE);
  if (lane?.generation !== generation || !lane.processed) return null;
  const { totals, to: position, n, at: lastBatchAt } = lane.processed;
  return { totals, position, n, lag: null, isBatch: false, lastBatchAt };
}
