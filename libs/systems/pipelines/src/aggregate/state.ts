import type { Position } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';

export const PIPELINE_STATES = [
  'Empty',
  'Configured',
  'Running',
  'Paused',
  'Stopped',
  'Completed',
  'Failed',
  'Deleted',
] as const;

/** The desired state of a pipeline, or its final one. */
export type PipelineStatus = (typeof PIPELINE_STATES)[number];

/** A command that was carried out, and must not be carried out again. */
export interface RememberedCommand {
  id: string;
  /** The fingerprint of the request: the same id with another fingerprint is an error. */
  fingerprint: string;
  /** Whether it created the pipeline. */
  created?: boolean;
}

/** How many commands a pipeline remembers. */
export const COMMANDS_REMEMBERED = 256;

/** The state of a pipeline, derived from its events. */
export interface PipelineState {
  status: PipelineStatus;
  /** When it entered `status`, and the reason if it failed. */
  since: string | null;
  reason: string | null;
  definition: PipelineDefinition | null;
  /** Its creator. */
  createdBy: string | null;
  /** The number of its definitions. */
  version: number;
  /** The number of its events. */
  sequence: number;
  /** Grows with each restart from the beginning; batches of earlier generations no longer count. */
  generation: number;
  /** The generation in which it was created. What a deleted pipeline with the same id has left belongs to earlier ones. */
  firstGeneration: number;
  /** Where the generation starts; null for the beginning of the source. */
  startsAt: Position | null;
  /** Whether it was started in this generation, so that there may be a position. */
  hasRun: boolean;
  epoch: number;
  owner: string | null;
  commands: readonly RememberedCommand[];
}

export const EMPTY: PipelineState = {
  status: 'Empty',
  since: null,
  reason: null,
  definition: null,
  createdBy: null,
  version: 0,
  sequence: 0,
  generation: 0,
  firstGeneration: 0,
  startsAt: null,
  hasRun: false,
  epoch: 0,
  owner: null,
  commands: [],
};
