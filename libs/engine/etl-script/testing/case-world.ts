import { expect } from '@jest/globals';
import { ScriptPool } from '../src/run/script-pool.ts';
import type { DocumentLoader, EtlCommand, ScriptOutput } from '../src/types.ts';
import { ourCommands, ravenCommands } from './compare-commands.ts';
import { unexplained } from './known-differences.ts';
import { RavenOracle } from './raven-oracle.ts';
import { stored } from './run-script.ts';

/** Runs one script on both engines and requires that both send the same. */
export class CaseWorld {
  readonly #oracle: RavenOracle;
  readonly #pool = new ScriptPool({ maxWorkers: 1 });

  constructor(server: string) {
    this.#oracle = new RavenOracle(server);
  }

  open(documents: Record<string, string>): Promise<void> {
    return this.#oracle.create(documents);
  }

  write(id: string, document: string): Promise<void> {
    return this.#oracle.write(id, document);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#oracle.remove()]);
  }

  /** Our commands in short form, after RavenDB was seen to send the same. */
  async put(script: string | null, id: string, transformation = 'Users'): Promise<string[]> {
    const { output, collection, text } = await this.#update(script, id, transformation);
    const theirs = await this.#oracle.ask(script ?? '', id, [transformation, collection], false);
    return agreed(output, theirs, text);
  }

  /** As `put`, for a deleted document. */
  async remove(script: string | null, id: string, transformation = 'Users'): Promise<string[]> {
    const collection = await this.#collectionOf(id);
    const runner = await this.#pool.open({ name: 'script', collection: transformation, script });
    const [output] = await runner.transformDeleted([{ id: id.toLowerCase(), collection }], this.#load);
    runner.close();
    const theirs = await this.#oracle.ask(script ?? '', id, [transformation, collection], true);
    return agreed(output, theirs, '');
  }

  /** Why our engine sets the document aside, after RavenDB was seen to fail for it too. */
  async fails(script: string, id: string): Promise<string> {
    const { output } = await this.#update(script, id, 'Users');
    const theirs = await this.#oracle.ask(script, id, 'Users', false);
    expect(theirs).toMatch(/"TransformationErrors":\[\{/);
    return output.status === 'failed' ? output.failure.reason : 'nothing failed here';
  }

  /** RavenDB's answer alone. */
  raven(script: string, id: string, collections: string | string[], applyToAll = false): Promise<string> {
    return this.#oracle.ask(script, id, collections, false, applyToAll);
  }

  /** Our commands, without asking RavenDB. */
  async ours(script: string | null, id: string, transformation = 'Users'): Promise<EtlCommand[]> {
    const { output } = await this.#update(script, id, transformation);
    if (output.status === 'failed') throw new Error(output.failure.reason);
    return output.commands;
  }

  async #update(
    script: string | null,
    id: string,
    transformation: string,
  ): Promise<{ output: ScriptOutput; collection: string; text: string }> {
    const text = (await this.#oracle.read(id)) ?? '{}';
    const collection = await this.#collectionOf(id);
    const runner = await this.#pool.open({ name: 'script', collection: transformation, script });
    const [output] = await runner.transform([{ id, collection, document: stored(text) }], this.#load);
    runner.close();
    if (!output) throw new Error('no answer');
    return { output, collection, text };
  }

  async #collectionOf(id: string): Promise<string> {
    return /"@collection":"([^"]*)"/.exec((await this.#oracle.read(id)) ?? '')?.[1] ?? '';
  }

  readonly #load: DocumentLoader = (ids) =>
    Promise.all(
      ids.map(async (id) => {
        const text = await this.#oracle.read(id);
        return text === null ? null : stored(text);
      }),
    );
}

function agreed(output: ScriptOutput | undefined, theirs: string, text: string): string[] {
  if (output?.status !== 'done') throw new Error(`not done: ${JSON.stringify(output)}`);
  expect(unexplained(ourCommands(output.commands), ravenCommands(theirs), text)).toEqual([]);
  return inShort(output.commands);
}

/** One line for each command. */
function inShort(commands: readonly EtlCommand[]): string[] {
  return commands.map((command) => {
    if (command.type === 'delete') return `delete ${command.id}`;
    if (command.type === 'delete-prefix') return `delete ${command.prefix}*`;
    const metadata = command.metadata === undefined ? '' : ` ${command.metadata}`;
    return `put ${command.id} ${command.collection} ${command.fields}${metadata}`;
  });
}
