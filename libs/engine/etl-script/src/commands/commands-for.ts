import { ravenKey } from '@nestjs-spark/contracts/text';
import type { SplitDocument } from '../json/split-metadata.ts';
import type { DocumentExtras } from '../extras/types.ts';
import type { EtlCommand } from '../types.ts';
import { generatedId, generatedPrefix, isSameCollection } from '../names/id-prefix.ts';

/** The source document that commands are derived from. */
export interface SourceDocument {
  id: string;
  collection: string;
}

/** One `loadTo…` call of a script. */
export interface ScriptLoad extends SplitDocument {
  target: string;
  extras?: DocumentExtras | undefined;
}

/**
 * The commands for an updated document. Whatever the document was before, the target ends up with exactly these loads: a target
 * collection of the script that received no load is deleted, and generated documents are replaced.
 * @param mayDelete the script's delete behaviour; false omits the deletions.
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

/** The commands for a document that is gone at the source. A script without targets passes documents through unchanged. */
export function commandsForDelete(
  source: SourceDocument,
  targets: readonly string[],
  mayDelete = true,
): EtlCommand[] {
  if (!mayDelete) return [];
  return targets.length === 0 ? [{ type: 'delete', id: source.id }] : deletions(source, targets, true);
}

function deletions(source: SourceDocument, targets: readonly string[], ofOwnId: boolean): EtlCommand[] {
  const commands: EtlCommand[] = [];
  const named: string[] = [];
  for (const target of targets) {
    const isOwn = isSameCollection(target, source.collection);
    if (isOwn && !ofOwnId) continue;
    const prefix = isOwn ? '' : generatedPrefix(source.id, target);
    const name = ravenKey(prefix);
    if (named.includes(name)) continue;
    named.push(name);
    commands.push(isOwn ? { type: 'delete', id: source.id } : { type: 'delete-prefix', prefix });
  }
  return commands;
}

function puts(source: SourceDocument, loads: readonly ScriptLoad[]): EtlCommand[] {
  let numbers: Map<string, number> | undefined;
  return loads.map(({ target, fields, metadata, collection, extras }) => {
    if (isSameCollection(target, source.collection)) {
      return put(source.id, collection ?? target, fields, metadata, extras);
    }
    // Shares one counter between ids that any store would treat as the same.
    numbers ??= new Map();
    const prefix = ravenKey(generatedPrefix(source.id, target));
    const number = (numbers.get(prefix) ?? 0) + 1;
    numbers.set(prefix, number);
    return put(generatedId(source.id, target, number), target, fields, metadata, extras);
  });
}

function put(
  id: string,
  collection: string,
  fields: string,
  metadata: string | undefined,
  extras: DocumentExtras | undefined,
): EtlCommand {
  const command: EtlCommand =
    metadata === undefined
      ? { type: 'put', id, collection, fields }
      : { type: 'put', id, collection, fields, metadata };
  return extras ? { ...command, extras } : command;
}
