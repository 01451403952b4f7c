import type { BatchPlanned, BatchProcessed } from '../aggregate/events.ts';
import type { LaneState, PipelineKey } from './ports.ts';
import { batchId, type Position, type Totals } from '../batch/batch.ts';

interface BatchData {
  /** The id of the batch. */
  batch: string;
  generation: number;
  lane: number;
  n: number;
  to: Position;
}

interface Envelope {
  v: 1;
  tenant: string;
  pipelineId: string;
  /** ISO 8601. */
  at: string;
  /** The node. */
  by: string;
  commandId: null;
  epoch: number;
}

/** What happens to batches. The totals are those since the generation began, so events that are no longer kept are not missed. */
export type BatchEvent = Envelope &
  (
    | { type: 'BatchPlanned'; data: BatchData & { from: Position } }
    | { type: 'BatchProcessed'; data: BatchData & { totals: Totals } }
  );

/** What a write to a lane says of its batches; null: nothing, it only takes the lane or repeats what was written before. */
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
