import type { WritableCommand } from './large-put.ts';

/** Upper bounds for one change set, enforced by writers and readers alike. */
export const CHANGE_SET_BOUNDS = {
  /** Characters in the header. */
  header: 8 * 1024,
  /** Bytes of the commands, uncompressed. */
  bytes: 64 * 1024 * 1024,
  commands: 300_000,
  /** Characters in an id, a prefix or a name. */
  id: 4 * 1024,
} as const;

/** A change set exceeds what one message may hold. Fewer changes at a time may fit. */
export class ChangeSetBoundsError extends Error {
  constructor(what: string) {
    super(`A change set has ${what}, the most that one may have`);
    this.name = 'ChangeSetBoundsError';
  }
}

/** @throws {ChangeSetBoundsError} when no reader would accept them */
export function requireBounds(commands: readonly WritableCommand[]): void {
  const { commands: most, id } = CHANGE_SET_BOUNDS;
  if (commands.length > most) throw new ChangeSetBoundsError(`more than ${most} commands`);
  const hasLongId = commands.some((command) => keyOf(command).length > id);
  if (hasLongId) throw new ChangeSetBoundsError(`an id of more than ${id} characters`);
}

function keyOf(command: WritableCommand): string {
  return command.type === 'delete-prefix' ? command.prefix : command.id;
}
