import { commandsForDelete, commandsForUpdate } from '../commands/commands-for.ts';
import { splitMetadata } from '../json/split-metadata.ts';
import type { DeletedInput, ScriptInput, ScriptOutput } from '../types.ts';

/** Documents as they are: every value's text untouched. */
export function passThrough({ id, collection, document }: ScriptInput): ScriptOutput {
  const text = Buffer.from(document.buffer, document.byteOffset, document.byteLength).toString('utf8');
  const load = { target: collection, ...splitMetadata(text) };
  return { id, status: 'done', commands: commandsForUpdate({ id, collection }, [collection], [load]) };
}

/** The deletion of a document whose script has no say in it. */
export function plainDelete(source: DeletedInput, targets: readonly string[]): ScriptOutput {
  return { id: source.id, status: 'done', commands: commandsForDelete(source, targets) };
}
