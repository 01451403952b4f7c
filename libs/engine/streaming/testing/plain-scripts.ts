import type { EtlCommand, ScriptInput, ScriptOutput, ScriptRunner } from '@nestjs-spark/etl-script/internal';
import type { Scripts } from '../src/transform/shared-scripts.ts';

/** What a script's success may depend on besides its document, such as something that it loads. */
export interface Surroundings {
  isFair: boolean;
}

/**
 * Scripts without a sandbox, for tests of the protocol: the script's text is a tag that every copy carries, and documents with
 * `Hidden` are filtered out. A document fails with `Throws: true`, with `Throws: 'odd'` in `v1`, `v3`, ..., and with `Throws:
 * 'foul'` while the surroundings are not fair.
 */
export function plainScriptsIn(surroundings: Surroundings): Scripts {
  return {
    async open({ script }): Promise<ScriptRunner> {
      const tag = script ?? '';
      const run: ScriptRunner['transform'] = async (inputs) =>
        inputs.map((input) => transform(input, tag, surroundings));
      const runner: ScriptRunner = {
        transform: run,
        transformToBytes: run,
        transformDeleted: async (inputs) =>
          inputs.map(({ id }) => ({ id, status: 'done', commands: [{ type: 'delete', id }] })),
        paidBy: () => runner,
        close: () => {},
      };
      return runner;
    },
  };
}

export const plainScripts: Scripts = plainScriptsIn({ isFair: true });

/** The same plain scripts, with part of each runner replaced, whoever is charged for its runs. */
export function alterScripts(
  scripts: Scripts,
  alter: (runner: ScriptRunner) => Partial<ScriptRunner>,
): Scripts {
  return {
    async open(transformation, signal): Promise<ScriptRunner> {
      const runner = await scripts.open(transformation, signal);
      const changed = alter(runner);
      const own = { ...runner, ...changed };
      // Plain scripts make no bytes.
      const { transformToBytes = own.transform } = changed;
      const altered: ScriptRunner = { ...own, transformToBytes, paidBy: () => altered };
      return altered;
    },
  };
}

/** Whether a script fails on a document. */
export function throwsOn(
  { Throws }: Record<string, unknown>,
  tag: string,
  { isFair }: Surroundings,
): boolean {
  if (Throws === 'odd') return Number(tag.slice(1)) % 2 === 1;
  if (Throws === 'foul') return !isFair;
  return Boolean(Throws);
}

function transform(input: ScriptInput, tag: string, surroundings: Surroundings): ScriptOutput {
  const fields = fieldsOf(input);
  if (!throwsOn(fields, tag, surroundings))
    return { id: input.id, status: 'done', commands: [commandFor(input.id, fields, tag)] };
  const failure = { kind: 'thrown' as const, script: 'plain', line: 1, column: 1, reason: 'it throws' };
  return { id: input.id, status: 'failed', failure };
}

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
