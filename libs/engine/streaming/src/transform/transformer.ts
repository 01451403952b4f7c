import { taskId, taskLabel, type ChangeCommand, type Etag, type ExtraCommand } from '@nestjs-spark/contracts';
import {
  asTexts,
  generationLabel,
  ReadableDocuments,
  readableExtras,
  type ChangeSource,
  type ChangePage,
  type SourceChange,
  type WritableCommand,
} from '@nestjs-spark/contracts/internal';
import type {
  DocumentLoader,
  ScriptFailure,
  ScriptInput,
  SendableCommand,
  SendableOutput,
} from '@nestjs-spark/etl-script/internal';
import { messageOf } from '@nestjs-spark/foundation/internal';
import { Broken, byHalves } from './by-halves.ts';
import { confinedLoader } from './confined-loader.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { copyWriter, type CopyWriter } from './copy-document.ts';
import { prefixed, toChange } from './to-change.ts';
import { copyExtras, isPut, type ScriptedChange } from './copy-extras.ts';
import type { SetAsideFailure } from '@nestjs-spark/set-aside/internal';
import type { SetAsideInUse } from './set-aside-in-use.ts';
import type { OpenScript, Sharing } from './shared-scripts.ts';
import { takeBack } from './take-back.ts';
import { sizeOfOutput, withOwnBytes } from './own-bytes.ts';

/** What one change of the source became. Kept together: its deletes and puts belong into one transaction. */
export interface TransformedChange {
  etag: Etag;
  /** The owner's document; absent where it is several that were run again. */
  documentId?: string;
  /** Tells documents that are run again together from others that are. */
  again?: string;
  /** Bytes among them are given back once they are published. */
  commands: WritableCommand[];
}

type SourcePut = Extract<SourceChange, { kind: 'put' | 'touch' }>;
type SourceDelete = Extract<SourceChange, { kind: 'delete' }>;

/** A page from its beginning, transformed. */
export interface TransformedPart {
  changes: TransformedChange[];
  /** How many changes of the page it covers; at least one where there is one. */
  count: number;
}

/** Of each change, as far as the sandbox answered; none for what the script does not run for. */
type Outputs = (SendableOutput | undefined)[];

type Extras = ReadonlyMap<SourceChange, readonly ExtraCommand[]>;

interface Results {
  outputs: Outputs;
  extras: Extras;
}

const SHARING: Sharing<Outputs> = {
  copyOf: (outputs) => outputs.map((output) => output && withOwnBytes(output)),
  sizeOf: (outputs) => outputs.reduce((sum, output) => sum + (output ? sizeOfOutput(output) : 0), 0),
};

/** What became of a document that was run again. */
export type AgainResult =
  { id: string; etag: Etag; commands: ChangeCommand[] } | { failure: SetAsideFailure };

/** Turns the changes of a page into what they mean for the requester. */
export class Transformer {
  readonly #task: CaptureTask;
  readonly #script: OpenScript;
  readonly #source: ChangeSource;
  readonly #setAside: SetAsideInUse;
  readonly #load: DocumentLoader;
  readonly #own: ReadableDocuments;
  #recovered: string[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(task: CaptureTask, script: OpenScript, source: ChangeSource, setAside: SetAsideInUse) {
    this.#task = task;
    this.#script = script;
    this.#source = source;
    this.#setAside = setAside;
    this.#load = confinedLoader(source, new ReadableDocuments(task.loadable));
    this.#own = new ReadableDocuments([task]);
  }

  /** The page, or as much from its beginning as fills a batch with what the script makes of it. */
  transform(page: ChangePage, generation: number, signal: AbortSignal): Promise<TransformedPart> {
    const transformed = this.#transform(page, generation, signal);
    this.#last = transformed;
    return transformed;
  }

  /** Resolves when the last page is through, or failed. */
  async idle(): Promise<void> {
    await this.#last.catch(() => {});
  }

  async #transform(page: ChangePage, generation: number, signal: AbortSignal): Promise<TransformedPart> {
    const { outputs, extras } = await this.#runEach(page.changes, signal);
    const write = this.#writer(generation);
    const transformed: TransformedChange[] = [];
    const failures: SetAsideFailure[] = [];
    const changes = page.changes.slice(0, outputs.length);
    this.#recovered.push(...(await takeBack(this.#setAside, changes, outputs)));
    changes.forEach((change, at) => {
      const output = outputs[at];
      if (output?.status === 'failed') failures.push(toFailure(change, output.failure));
      else if (output) {
        const commands = this.#toChanges(output, change, write, extras);
        transformed.push({ etag: change.etag, documentId: change.id, commands });
      }
    });
    await this.#setAside.add(failures);
    return { changes: transformed, count: changes.length };
  }

  /** Those set aside that succeeded now although they did not change. A requester may have passed their etag: they are to be run again. */
  takeRecovered(): string[] {
    return this.#recovered.splice(0);
  }

  /** The same for documents outside their order. Nothing is set aside or taken back: that waits until it is published. */
  async again(changes: SourcePut[], generation: number, signal: AbortSignal): Promise<AgainResult[]> {
    const { outputs, extras } = await this.#runEach(changes, signal);
    const write = this.#writer(generation);
    const results = changes.slice(0, outputs.length).flatMap((change, at): AgainResult[] => {
      const output = outputs[at];
      if (!output) return [];
      if (output.status === 'failed') return [{ failure: toFailure(change, output.failure) }];
      const commands = asTexts(this.#toChanges(output, change, write, extras));
      return [{ id: change.id, etag: change.etag, commands }];
    });
    const rest = changes.slice(outputs.length);
    return rest.length === 0 ? results : [...results, ...(await this.again(rest, generation, signal))];
  }

  /** What breaks the script's run, or cannot be read, for one document alone is that document's failure. */
  async #runEach(changes: readonly SourceChange[], signal: AbortSignal): Promise<Results> {
    const extras = new Map<SourceChange, readonly ExtraCommand[]>();
    const work = async (some: readonly SourceChange[]): Promise<Outputs> => {
      const outputs = await this.#script.once(some, () => this.#runScript([...some], signal), SHARING);
      for (const [change, own] of await this.#extrasOf(some, outputs)) extras.set(change, own);
      return outputs;
    };
    const outcomes = await byHalves(changes, work, { probe: () => this.#probe(signal), signal });
    const { name } = this.#task.key;
    const outputs = changes.slice(0, outcomes.length).map((change, at) => {
      const outcome = outcomes[at];
      return outcome instanceof Broken ? broken(change, name, outcome.error) : outcome;
    });
    return { outputs, extras };
  }

  /** The source can be read, and the sandbox runs this script. */
  async #probe(signal: AbortSignal): Promise<void> {
    const { collection, key: task } = this.#task;
    await this.#source.identify(taskId(task));
    const document = Buffer.from('{}');
    await this.#script.runner.transform(
      [{ id: `${collection}/none`, collection, document }],
      async () => [],
      signal,
    );
  }

  /** Runs the script over the changes from the first, as many as the sandbox answers for. */
  async #runScript(all: SourceChange[], signal: AbortSignal): Promise<Outputs> {
    const { runner } = this.#script;
    const puts = all.filter(isOwnPut);
    const put =
      puts.length > 0 ? await runner.transformToBytes(puts.map(this.#toInput), this.#load, signal) : [];
    requireAnswers(puts, put);
    const afterPuts = upTo(all, puts[put.length]);
    const deletes = afterPuts.filter(isDelete);
    const deleted =
      deletes.length > 0
        ? await runner.transformDeleted(deletes.map(this.#toDeleted), this.#load, signal)
        : [];
    requireAnswers(deletes, deleted);
    let nextPut = 0;
    let nextDelete = 0;
    return upTo(afterPuts, deletes[deleted.length]).map((change) => {
      if (isOwnPut(change)) return put[nextPut++];
      return isDelete(change) ? deleted[nextDelete++] : undefined;
    });
  }

  /** What the requester may not read does not go in. */
  readonly #toInput = (change: SourcePut): ScriptInput => {
    const { id, collection } = change;
    const document = this.#own.see(change);
    if (!document) throw new Error(`the document is of ${collection}, and not of ${this.#task.collection}`);
    return { id, collection, document };
  };

  readonly #toDeleted = ({ id }: SourceDelete): { id: string; collection: string } => ({
    id,
    collection: this.#task.collection,
  });

  /** What a document means for the requester, under the ids that its copies have there. */
  #toChanges(
    output: Extract<SendableOutput, { status: 'done' }>,
    change: SourceChange,
    write: CopyWriter,
    extras: Extras,
  ): WritableCommand[] {
    const commands = this.#unprefixed(output, change, write, extras);
    const { idPrefix } = this.#task;
    return idPrefix === undefined ? commands : commands.map((command) => prefixed(command, idPrefix));
  }

  /** The script runs for a touched document too, but what it says of the document itself was sent with its last change. */
  #unprefixed(
    { commands }: Extract<SendableOutput, { status: 'done' }>,
    change: SourceChange,
    write: CopyWriter,
    extras: Extras,
  ): WritableCommand[] {
    const all = extras.get(change);
    if (change.kind === 'touch') return all ? [...all] : [];
    if (!all) return commands.map((command) => toChange(command, change, write));
    return commands.flatMap((command): WritableCommand[] => {
      const own = toChange(command, change, write);
      return isPut(command) ? [own, ...all.filter(({ id }) => id === command.id)] : [own];
    });
  }

  async #extrasOf(changes: readonly SourceChange[], outputs: Outputs): Promise<Extras> {
    const { extras } = this.#source;
    if (!extras) return new Map();
    const scripted: ScriptedChange[] = [];
    outputs.forEach((output, at) => {
      const change = changes[at];
      if (!change || output?.status !== 'done' || change.kind === 'delete') return;
      if (output.commands.some(hasExtras)) scripted.push({ change, commands: output.commands });
    });
    if (scripted.length === 0) return new Map();
    return copyExtras(readableExtras(extras, this.#task), this.#source.ids, scripted);
  }

  #writer(generation: number): CopyWriter {
    const { key: task } = this.#task;
    return copyWriter(task, generationLabel(taskLabel(task), generation));
  }
}

function broken({ id }: SourceChange, script: string, error: unknown): SendableOutput {
  const reason = `it cannot be read or transformed: ${messageOf(error)}`;
  return { id, status: 'failed', failure: { kind: 'crashed', script, line: null, column: null, reason } };
}

function toFailure(change: SourceChange, failure: ScriptFailure): SetAsideFailure {
  const { reason, kind, line, column } = failure;
  return { documentId: change.id, etag: change.etag, reason, kind, line, column };
}

/** A module gives what it owns: copies do not travel on, so two modules that exchange a collection do not echo. */
function isOwnPut(change: SourceChange): change is SourcePut {
  return change.kind !== 'delete' && change.copyOf === null;
}

function hasExtras(command: SendableCommand): boolean {
  return isPut(command) && command.extras !== undefined;
}

function isDelete(change: SourceChange): change is SourceDelete {
  return change.kind === 'delete';
}

/** The changes before this one; all of them when there is none. */
function upTo(changes: SourceChange[], end: SourceChange | undefined): SourceChange[] {
  return end ? changes.slice(0, changes.indexOf(end)) : changes;
}

function requireAnswers(changes: readonly SourceChange[], outputs: readonly SendableOutput[]): void {
  if (outputs.length === 0 && changes.length > 0) throw new Error('The sandbox answered for no document');
}
