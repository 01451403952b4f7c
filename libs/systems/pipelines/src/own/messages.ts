import { isNullOr, isObject, isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import type { PipelineCommand } from '../aggregate/commands.ts';
import type { PipelineState } from '../aggregate/state.ts';
import type { RunStatus } from '../project/view.ts';

/** A command on its way to the owner. */
export interface CommandRequest {
  tenant: string;
  pipelineId: string;
  command: PipelineCommand;
  by: string;
  commandId: string | null;
  at: string;
}

export type CommandReply =
  | {
      kind: 'done';
      state: PipelineState;
      position: number;
      isReplayed: boolean;
      /** Absent in answers of nodes of earlier versions. */
      isNew?: boolean;
      status: RunStatus | null;
    }
  | { kind: 'refused'; refusal: string; message: string };

const COMMANDS: ReadonlySet<string> = new Set([
  'create',
  'update',
  'start',
  'stop',
  'pause',
  'resume',
  'restart',
  'delete',
  'resetCheckpoint',
]);
const LONGEST_ID = 256;

const isEnvelope = isObjectOf({
  tenant: isText(LONGEST_ID),
  pipelineId: isText(63),
  command: isObject,
  by: isText(LONGEST_ID),
  commandId: isNullOr(isText(LONGEST_ID)),
  at: isText(40),
});
const isDone = isObjectOf({ state: isObject, position: isWhole, status: isNullOr(isObject) });
const isRefused = isObjectOf({ refusal: isText(64), message: isText() });

/** @throws {TypeError} if it is not a command: anyone with permission to publish to the subject can send anything */
export function readRequest(value: unknown): CommandRequest {
  if (!isEnvelope(value)) throw new TypeError('Not a command');
  const { type } = value.command;
  if (typeof type !== 'string' || !COMMANDS.has(type)) throw new TypeError('Not a command');
  return value as unknown as CommandRequest;
}

export function readReply(value: unknown): CommandReply {
  if (isObject(value) && value['kind'] === 'done' && isDone(value)) return value as unknown as CommandReply;
  if (isObject(value) && value['kind'] === 'refused' && isRefused(value))
    return value as unknown as CommandReply;
  throw new TypeError('The answer to a command cannot be read');
}
