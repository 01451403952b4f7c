import type { SourceChange, WritableCommand } from '@nestjs-spark/contracts/internal';
import type { SendableCommand } from '@nestjs-spark/etl-script/internal';
import type { CopyWriter } from './copy-document.ts';

/** What a script's command is for the requester. */
export function toChange(command: SendableCommand, change: SourceChange, write: CopyWriter): WritableCommand {
  const { type } = command;
  if (type === 'put') return { type, id: command.id, document: write(command, change) };
  if (type === 'large-put') return { type, id: command.id, parts: write.inParts(command, change) };
  return command;
}

/** The command under the ids that copies have at the requester. */
export function prefixed(command: WritableCommand, idPrefix: string): WritableCommand {
  return command.type === 'delete-prefix'
    ? { ...command, prefix: `${idPrefix}${command.prefix}` }
    : { ...command, id: `${idPrefix}${command.id}` };
}
