import type { SplitDocument } from '../json/split-metadata.ts';
import type { EtlCommand } from '../types.ts';
import { generatedId, generatedPrefix, isSameCollection } from './id-prefix.ts';

/** The source document that commands are for. */
export interface SourceDocument {
  id: string;
  collection: string;
}

/** One `loadTo…` of a script. */
export interface ScriptLoad extends SplitDocument {
  target: string;
}

/**
 * What the target has to do after an update. Whatever the document was before, the target ends with exactly these
 * loads: a target collection of the script that was not loaded is deleted, generated documents are replaced.
 * @param mayDelete the script's delete behaviour; false leaves out the deletions.
 */
export function commandsForUpdate(
  source: SourceDocument,
  targets: readonly string[],
  loads: readonly ScriptLoad[],
  mayDelete = true,
): EtlCommand[] {
  const keepsId = loads.some(({ target }) => isSameCollection(target, source.collection));
  const deletes = mayDelete ? deletions(source, targets, !keepsId) : [];
  return [...deletes, ...puts(source, loads)];
}

/** What the target has to do when the source document is gone. A script without targets sends documents as they are. */
export function commandsForDelete(
  source: SourceDocument,
  targets: readonly string[],
  mayDelete = true,
): EtlCommand[] {
  if (!mayDelete) return [];
  return targets.length === 0 ? [{ type: 'delete', id: source.id }] : deletions(source, targets, true);
}

function deletions(source: SourceDocument, targets: readonly string[], ofOwnId: boolean): EtlCommand[] {
  const commands = new Map<string, EtlCommand>();
  for (const target of targets) {
    if (isSameCollection(target, source.collection)) {
      if (ofOwnId) commands.set('', { type: 'delete', id: source.id });
    } else {
      const prefix = generatedPrefix(source.id, target);
      commands.set(prefix.toLowerCase(), { type: 'delete-prefix', prefix });
    }
  }
  return [...commands.values()];
}

function puts(source: SourceDocument, loads: readonly ScriptLoad[]): EtlCommand[] {
  const numbers = new Map<string, number>();
  return loads.map(({ target, fields, metadata, collection }) => {
    const carried = metadata === undefined ? {} : { metadata };
    if (isSameCollection(target, source.collection)) {
      return { type: 'put', id: source.id, collection: collection ?? target, fields, ...carried };
    }
    const prefix = generatedPrefix(source.id, target).toLowerCase();
    const number = (numbers.get(prefix) ?? 0) + 1;
    numbers.set(prefix, number);
    return {
      type: 'put',
      id: generatedId(source.id, target, number),
      collection: target,
      fields,
      ...carried,
    };
  });
}
