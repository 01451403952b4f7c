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

/** What is wanted of a pipeline, or what became of it. */
export type PipelineStatus = (typeof PIPELINE_STATES)[number];

/** A command that was carried out, and is not to be carried out again. */
export interface RememberedCommand {
  id: string;
  /** Of what it asked for: the same id with another one is a mistake. */
  fingerprint: string;
  /** It has created the pipeline. */
  created?: boolean;
}

/** How many commands a pipeline remembers. */
export const COMMANDS_REMEMBERED = 256;

/** A pipeline as its events make it. */
export interface PipelineState {
  status: PipelineStatus;
  /** When it came to `status`, and why where it failed. */
  since: string | null;
  reason: string | null;
  definition: PipelineDefinition | null;
  /** Who created it. */
  createdBy: string | null;
  /** Counts its definitions. */
  version: number;
  /** Counts its events. */
  sequence: number;
  /** Grows with each new beginning; batches of an earlier one are no longer its own. */
  generation: number;
  /** Where the generation begins; null: at the beginning of the source. */
  startsAt: Position | null;
  /** It has been started in this generation, so there may be a position. */
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
  startsAt: null,
  hasRun: false,
  epoch: 0,
  owner: null,
  commands: [],
};
