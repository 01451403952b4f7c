import { taskLabel, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  generationLabel,
  type ChangeFeed,
  type ChangePage,
  type SourceChange,
} from '@nestjs-spark/contracts/internal';
import type {
  EtlCommand,
  ScriptFailure,
  ScriptOutput,
  ScriptRunner,
} from '@nestjs-spark/etl-script/internal';
import type { TransformedChange } from '../publish/cut.ts';
import type { CaptureTask } from '../run/tasks.ts';
import { copyDocument } from './copy-document.ts';
import type { SetAside } from './set-aside.ts';

type SourcePut = Extract<SourceChange, { kind: 'put' }>;
type SourceDelete = Extract<SourceChange, { kind: 'delete' }>;

/** Turns the changes of a page into what they mean for the requester. */
export class Transformer {
  readonly #task: CaptureTask;
  readonly #script: ScriptRunner;
  readonly #feed: ChangeFeed;
  readonly #setAside: SetAside;
  readonly #loadable: ReadonlySet<string>;

  constructor(task: CaptureTask, script: ScriptRunner, feed: ChangeFeed, setAside: SetAside) {
    this.#task = task;
    this.#script = script;
    this.#feed = feed;
    this.#setAside = setAside;
    this.#loadable = new Set(task.loadable.map((collection) => collection.toLowerCase()));
  }

  async transform(page: ChangePage, generation: number, signal: AbortSignal): Promise<TransformedChange[]> {
    const outputs = await this.#runScript(page.changes, signal);
    const label = generationLabel(taskLabel(this.#task.task), generation);
    const transformed: TransformedChange[] = [];
    for (const change of page.changes) {
      const output = outputs.get(change);
      if (!output) continue;
      if (output.status === 'failed') {
        await this.#putAside(change, output.failure);
        continue;
      }
      await this.#setAside.clear(change.id);
      const commands = output.commands.map((command) => this.#toChange(command, change, label));
      transformed.push({ etag: change.etag, commands });
    }
    return transformed;
  }

  async #runScript(changes: SourceChange[], signal: AbortSignal): Promise<Map<SourceChange, ScriptOutput>> {
    const load = (ids: string[]): Promise<(Uint8Array | null)[]> => this.#load(ids);
    const puts = changes.filter(isOwnPut);
    const deletes = changes.filter(isDelete);
    const [put, deleted] = [
      puts.length > 0 ? await this.#script.transform(puts.map(toInput), load, signal) : [],
      deletes.length > 0
        ? await this.#script.transformDeleted(deletes.map(this.#toDeleted), load, signal)
        : [],
    ];
    return new Map([...pair(puts, put), ...pair(deletes, deleted)]);
  }

  readonly #toDeleted = ({ id }: SourceDelete): { id: string; collection: string } => ({
    id,
    collection: this.#task.collection,
  });

  #toChange(command: EtlCommand, change: SourceChange, generation: string): ChangeCommand {
    if (command.type !== 'put') return command;
    const origin = { task: this.#task.task, generation, sourceId: change.id, etag: change.etag };
    return {
      type: 'put',
      id: command.id,
      document: copyDocument(command.fields, command.collection, command.metadata, origin),
    };
  }

  /** A script sees only what is shared with its module, whatever id it asks for. */
  async #load(ids: string[]): Promise<(Uint8Array | null)[]> {
    const documents = await this.#feed.load(ids);
    return documents.map((document) =>
      document && this.#loadable.has(document.collection.toLowerCase()) ? document.json : null,
    );
  }

  async #putAside(change: SourceChange, failure: ScriptFailure): Promise<void> {
    const { reason, kind, line, column } = failure;
    await this.#setAside.add({
      task: this.#task.task,
      documentId: change.id,
      etag: change.etag,
      reason,
      kind,
      line,
      column,
      at: Date.now(),
    });
  }
}

/** A module gives what it owns: copies do not travel on, so two modules that exchange a collection do not echo. */
function isOwnPut(change: SourceChange): change is SourcePut {
  return change.kind === 'put' && change.copyOf === null;
}

function isDelete(change: SourceChange): change is SourceDelete {
  return change.kind === 'delete';
}

function toInput({ id, collection, json }: SourcePut): {
  id: string;
  collection: string;
  document: Uint8Array;
} {
  return { id, collection, document: json };
}

function pair(changes: SourceChange[], outputs: ScriptOutput[]): [SourceChange, ScriptOutput][] {
  return changes.map((change, i) => {
    const output = outputs[i];
    if (!output) throw new Error(`The sandbox answered ${outputs.length} of ${changes.length} documents`);
    return [change, output];
  });
}
