import type { ChangeCommand } from '@nestjs-spark/contracts';

/** The command under the ids that copies have at the requester. */
export function prefixed(command: ChangeCommand, idPrefix: string): ChangeCommand {
  return command.type === 'delete-prefix'
    ? { ...command, prefix: `${idPrefix}${command.prefix}` }
    : { ...command, id: `${idPrefix}${command.id}` };
}
