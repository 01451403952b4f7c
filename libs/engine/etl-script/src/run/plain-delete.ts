import { commandsForDelete } from '../commands/commands-for.ts';
import type { DeletedInput, ScriptOutput } from '../types.ts';

/** The deletion of a document whose script has no say in it. */
export function plainDelete(source: DeletedInput, targets: readonly string[]): ScriptOutput {
  return { id: source.id, status: 'done', commands: commandsForDelete(source, targets) };
}
