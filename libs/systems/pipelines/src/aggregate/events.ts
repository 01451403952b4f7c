import type { Position, Totals } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';

/** What can happen to a pipeline, with what is known of it. */
export interface EventData {
  PipelineCreated: { definition: PipelineDefinition };
  PipelineUpdated: { definition: PipelineDefinition };
  PipelineStarted: object;
  PipelinePaused: object;
  PipelineStopped: object;
  PipelineCompleted: object;
  PipelineFailed: { reason: string };
  PipelineDeleted: object;
  /** Reads again from `position`; null: from the beginning. Opens a generation. */
  CheckpointReset: { position: Position | null };
  /** Another process owns the pipeline now, and nothing of an earlier epoch counts any more. */
  OwnershipTaken: { node: string; shard: number };
}

export type EventType = keyof EventData;

interface Envelope<T extends EventType> {
  type: T;
  v: 1;
  tenant: string;
  pipelineId: string;
  /** ISO 8601. */
  at: string;
  by: string;
  /** What asked for it; null where nobody did. */
  commandId: string | null;
  /** Of what that asked for. */
  fingerprint: string;
  epoch: number;
  data: EventData[T];
}

/** Something that has happened to a pipeline. */
export type PipelineEvent = { [T in EventType]: Envelope<T> }[EventType];

/** After these, what runs is not what is wanted any more. */
export const ENDS_RUN: ReadonlySet<EventType> = new Set([
  'PipelineUpdated',
  'PipelinePaused',
  'PipelineStopped',
  'PipelineCompleted',
  'PipelineFailed',
  'PipelineDeleted',
  'CheckpointReset',
]);

/** A batch that was decided on and is perhaps not written: its range is repeated until it is. */
export interface BatchPlanned {
  generation: number;
  n: number;
  from: Position;
  to: Position;
  epoch: number;
  at: string;
  /** The node. */
  by?: string;
}

/** A batch that is written, with what came of all up to it. */
export interface BatchProcessed {
  generation: number;
  n: number;
  to: Position;
  epoch: number;
  at: string;
  by?: string;
  totals: Totals;
}

interface BatchData {
  /** The id of the batch. */
  batch: string;
  generation: number;
  lane: number;
  n: number;
  to: Position;
}

interface BatchEnvelope {
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
export type BatchEvent = BatchEnvelope &
  (
    | { type: 'BatchPlanned'; data: BatchData & { from: Position } }
    | { type: 'BatchProcessed'; data: BatchData & { totals: Totals } }
  );

/**
 * What is of an earlier epoch comes first, as clocks of two owners may differ. In one millisecond the batches of a run lie between
 * the event that began it and the one that ended it. Of two pipelines only the times can be compared.
 */
export function isBefore(batch: BatchEvent, event: PipelineEvent): boolean {
  const isOfOne = batch.tenant === event.tenant && batch.pipelineId === event.pipelineId;
  if (isOfOne && batch.epoch !== event.epoch) return batch.epoch < event.epoch;
  return batch.at < event.at || (batch.at === event.at && ENDS_RUN.has(event.type));
}
