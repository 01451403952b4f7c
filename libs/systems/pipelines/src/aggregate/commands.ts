import type { Position } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';

/** A command to a pipeline. */
export type PipelineCommand =
  | { type: 'create'; definition: PipelineDefinition }
  | {
      type: 'update';
      definition: PipelineDefinition;
      /** What happens to the position if it does not fit the new definition. */
      reset?: 'keep' | 'beginning';
      /** The version that the change is based on; any other is refused. */
      ifVersion?: number;
      /** There was no pipeline when it was sent, so it creates one. */
      creates?: boolean;
    }
  | { type: 'start'; from?: 'checkpoint' | 'beginning' }
  | { type: 'stop' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'restart' }
  | { type: 'delete'; force?: boolean }
  | { type: 'resetCheckpoint'; position: Position | null }
  /** Its source is bounded and was read to the end. */
  | { type: 'complete' }
  | { type: 'fail'; reason: string }
  | { type: 'takeOwnership'; epoch: number; node: string; shard: number };

/** Who sent the command, when, and the id by which a repeated request is recognized. */
export interface CommandContext {
  tenant: string;
  pipelineId: string;
  at: string;
  by: string;
  commandId: string | null;
}

/**
 * Why a command is refused. `needs-reset`: the position does not fit the new definition; `other-version`: the pipeline was changed
 * meanwhile; `key-reused`: another command had this id; `fenced`: another process owns the pipeline.
 */
export type CommandRefusal =
  'not-found' | 'exists' | 'not-allowed' | 'needs-reset' | 'other-version' | 'key-reused' | 'fenced';

export class CommandRefusedError extends Error {
  override readonly name = 'CommandRefusedError';
  readonly kind: CommandRefusal;

  constructor(kind: CommandRefusal, message: string) {
    super(message);
    this.kind = kind;
  }
}
