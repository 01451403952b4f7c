import type { BatchEvent, BatchPlanned, BatchProcessed } from '../aggregate/events.ts';
import { batchId } from '../batch/batch.ts';
import type { LaneState, PipelineKey } from './ports.ts';

/** The batch event of a write to a lane; null if it only takes the lane, or repeats an earlier write. */
export function batchEventOf(
  key: PipelineKey,
  lane: number,
  { planned, processed }: LaneState,
  before: LaneState | null,
): BatchEvent | null {
  const common = ({ generation, n, to, epoch, at, by }: BatchPlanned | BatchProcessed) => ({
    envelope: { v: 1, ...key, at, by: by ?? '', commandId: null, epoch } as const,
    data: { batch: batchId({ ...key, generation, lane, n }), generation, lane, n, to },
  });
  if (processed && processed.n > 0 && !isSame(processed, before?.processed)) {
    const { envelope, data } = common(processed);
    return { type: 'BatchProcessed', ...envelope, data: { ...data, totals: processed.totals } };
  }
  if (!planned || isSame(planned, before?.planned)) return null;
  const { envelope, data } = common(planned);
  return { type: 'BatchPlanned', ...envelope, data: { ...data, from: planned.from } };
}

const isSame = (
  one: { generation: number; n: number },
  other: { generation: number; n: number } | null | undefined,
): boolean => one.generation === other?.generation && one.n === other.n;
