import type { Position, Totals } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';

/** The events of a pipeline with their data. */
export interface EventData {
  PipelineCreated: { definition: PipelineDefinition };
  PipelineUpdated: { definition: PipelineDefinition };
  PipelineStarted: object;
  PipelinePaused: object;
  PipelineStopped: object;
  PipelineCompleted: object;
  PipelineFailed: { reason: string };
  PipelineDeleted: object;
  /** Reads again from `position`; null for the beginning. Starts a new generation. */
  CheckpointReset: { position: Position | null };
  /** Another process owns the pipeline from here on; events and writes of an earlier epoch no longer count. */
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
  /** The command that caused it; null if none did. */
  commandId: string | null;
  /** The fingerprint of that command. */
  fingerprint: string;
  epoch: number;
  data: EventData[T];
}

/** An event of a pipeline. */
export type PipelineEvent = { [T in EventType]: Envelope<T> }[EventType];

/** Events after which the current run is no longer wanted. */
export const ENDS_RUN: ReadonlySet<EventType> = new Set([
  'PipelineUpdated',
  'PipelinePaused',
  'PipelineStopped',
  'PipelineCompleted',
  'PipelineFailed',
  'PipelineDeleted',
  'CheckpointReset',
]);

/** A batch that was planned but may not be written: its range is repeated until it is. */
export interface BatchPlanned {
  generation: number;
  n: number;
  from: Position;
  to: Position;
  epoch: number;
  at: string;
  /** The node that planned it. */
  by?: string;
}

/** A written batch, with the totals up to it. */
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
  /** The node that wrote it. */
  by: string;
  commandId: null;
  epoch: number;
}

/** Events of batches. Totals count from the start of the generation, so it does not matter that old events are removed. */
export type BatchEvent = BatchEnvelope &
  (
    | { type: 'BatchPlanned'; data: BatchData & { from: Position } }
    | { type: 'BatchProcessed'; data: BatchData & { totals: Totals } }
  );

/**
 * Earlier epochs come first, as the clocks of two owners may differ. Within a millisecond, the batches of a run lie between the event that
 * started it and the one that ended it. Events of two pipelines can only be compared by time.
 */
export function isBefore(batch: BatchEvent, event: PipelineEvent): boolean {
  const isOfOne = batch.tenant === event.tenant && batch.pipelineId === event.pipelineId;
  if (isOfOne && batch.epoch !== event.epoch) return batch.epoch < event.epoch;
  return batch.at < event.at || (batch.at === event.at && ENDS_RUN.has(event.type));
}
