import { splitMetadata } from '../src/json/split-metadata.ts';
import type { EtlCommand } from '../src/types.ts';
import { arrayItems, memberText } from './raven-oracle.ts';

/** Commands of either engine in one form: documents as JSON text, numbers as written. */
export interface NormalCommands {
  /** Sorted; RavenDB repeats some. A prefix ends in `*`. */
  deletes: string[];
  puts: { id: string; collection: string; metadata: string; fields: string }[];
}

/** RavenDB's answer; throws its message when the script failed. */
export function ravenCommands(answer: string): NormalCommands {
  const errors = memberText(answer, 'TransformationErrors');
  if (errors !== '[]') throw new Error(`RavenDB: ${errors.slice(0, 1_000)}`);
  const commands = arrayItems(memberText(answer, 'Commands')).map((text) => ({
    id: String(JSON.parse(memberText(text, 'Id'))),
    type: memberText(text, 'Type'),
    isPrefix: memberText(text, 'IdPrefixed') === 'true',
    document: memberText(text, 'Document'),
  }));
  const deletes = commands
    .filter(({ type }) => type === '"DELETE"')
    .map(({ id, isPrefix }) => (isPrefix ? `${id}*` : id));
  const puts = commands
    .filter(({ type }) => type === '"PUT"')
    .map(({ id, document }) => {
      const { fields, metadata = '{}', collection = '' } = splitMetadata(document);
      return { id, collection, metadata, fields };
    });
  return { deletes: [...new Set(deletes)].toSorted(), puts };
}

/** Our commands, without the numbers of generated ids, which RavenDB assigns. */
export function ourCommands(commands: readonly EtlCommand[]): NormalCommands {
  const deletes = commands.flatMap((command) =>
    command.type === 'delete' ? [command.id] : command.type === 'delete-prefix' ? [`${command.prefix}*`] : [],
  );
  const puts = commands.flatMap((command) =>
    command.type === 'put'
      ? [
          {
            id: command.id.replace(/\/\d{19}$/, '/'),
            collection: command.collection,
            metadata: command.metadata ?? '{}',
            fields: command.fields,
          },
        ]
      : [],
  );
  return { deletes: deletes.toSorted(), puts };
}
