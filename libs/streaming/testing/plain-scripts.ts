import type { EtlCommand, ScriptInput, ScriptRunner } from '@nestjs-spark/etl-script/internal';
import type { Scripts } from '../src/transform/scripts.ts';

/**
 * Scripts without a sandbox, for tests of the protocol: the script's text is a tag that every copy carries, documents with
 * `Hidden` are filtered out, documents with `Throws` fail.
 */
export const plainScripts: Scripts = {
  open({ script }): ScriptRunner {
    return {
      transform: async (inputs) =>
        inputs.map((input) => {
          const fields = fieldsOf(input);
          if (fields.Throws) {
            const failure = {
              kind: 'thrown' as const,
              script: 'plain',
              line: 1,
              column: 1,
              reason: 'it throws',
            };
            return { id: input.id, status: 'failed', failure };
          }
          return { id: input.id, status: 'done', commands: [commandFor(input.id, fields, script ?? '')] };
        }),
      transformDeleted: async (inputs) =>
        inputs.map(({ id }) => ({ id, status: 'done', commands: [{ type: 'delete', id }] })),
      close: () => {},
    };
  },
};

function fieldsOf({ document }: ScriptInput): Record<string, unknown> {
  return JSON.parse(Buffer.from(document).toString('utf8')) as Record<string, unknown>;
}

function commandFor(
  id: string,
  { '@metadata': _metadata, Hidden, ...fields }: Record<string, unknown>,
  tag: string,
): EtlCommand {
  if (Hidden) return { type: 'delete', id };
  return { type: 'put', id, collection: 'Cars', fields: JSON.stringify({ ...fields, Tag: tag }) };
}
