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
import { byHalves } from './by-halves.ts';
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

interface Result {
  output: SendableOutput | undefined;
  extras: ExtraCommand[] | undefined;
}

/** A page from its beginning, transformed. */
export interface TransformedPart {
  changes: TransformedChange[];
  /** How many changes of the page it covers; at least one where there is one. */
  count: number;
}

/** Of so many changes from the first. */
interface Outputs {
  count: number;
  outputs: Map<SourceChange, SendableOutput>;
}

interface Results extends Outputs {
  extras: Map<SourceChange, ExtraCommand[]>;
}

const SHARING: Sharing<Outputs> = {
  copyOf: ({ outputs, count }) => ({
    count,
    outputs: new Map([...outputs].map(([change, output]) => [change, withOwnBytes(output)])),
  }),
  sizeOf: ({ outputs }) => [...outputs.values()].reduce((sum, output) => sum + sizeOfOutput(output), 0),
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
    const { outputs, extras, count } = await this.#runEach(page.changes, signal);
    const write = this.#writer(generation);
    const transformed: TransformedChange[] = [];
    const failures: SetAsideFailure[] = [];
    const changes = page.changes.slice(0, count);
    this.#recovered.push(...(await takeBack(this.#setAside, changes, outputs)));
    for (const change of changes) {
      const output = outputs.get(change);
      if (output?.status === 'failed') {
        failures.push(toFailure(change, output.failure));
        continue;
      }
      if (!output) continue;
      transformed.push({
        etag: change.etag,
        documentId: change.id,
        commands: this.#toChanges(output, change, write, extras),
      });
    }
    await this.#setAside.add(failures);
    return { changes: transformed, count };
  }

  /** Those set aside that succeeded now although they did not change. A requester may have passed their etag: they are to be run again. */
  takeRecovered(): string[] {
    return this.#recovered.splice(0);
  }

  /** The same for documents outside their order. Nothing is set aside or taken back: that waits until it is published. */
  async again(changes: SourcePut[], generation: number, signal: AbortSignal): Promise<AgainResult[]> {
    const { outputs, extras, count } = await this.#runEach(changes, signal);
    const write = this.#writer(generation);
    const results = changes.slice(0, count).flatMap((change): AgainResult[] => {
      const output = outputs.get(change);
      if (!output) return [];
      if (output.status === 'failed') return [{ failure: toFailure(change, output.failure) }];
      const commands = asTexts(this.#toChanges(output, change, write, extras));
      return [{ id: change.id, etag: change.etag, commands }];
    });
    const rest = changes.slice(count);
    return rest.length === 0 ? results : [...results, ...(await this.again(rest, generation, signal))];
  }

  /** What breaks the script's run, or cannot be read, for one document alone is that document's failure. */
  async #runEach(changes: readonly SourceChange[], signal: AbortSignal): Promise<Results> {
    const work = async (some: readonly SourceChange[]): Promise<Result[]> => {
      const run = (): Promise<Outputs> => this.#runScript([...some], signal);
      const { outputs, count } = await this.#script.once(some, run, SHARING);
      const done = some.slice(0, count);
      const extras = await this.#extrasOf(done, outputs);
      return done.map((change) => ({ output: outputs.get(change), extras: extras.get(change) }));
    };
    const outcomes = await byHalves(changes, work, { probe: () => this.#probe(signal), signal });
    const outputs = new Map<SourceChange, SendableOutput>();
    const extras = new Map<SourceChange, ExtraCommand[]>();
    for (const [at, change] of changes.entries()) {
      const outcome = outcomes[at];
      if (outcome && 'result' in outcome) {
        if (outcome.result.output) outputs.set(change, outcome.result.output);
        if (outcome.result.extras) extras.set(change, outcome.result.extras);
      } else if (outcome) outputs.set(change, broken(change, this.#task.key.name, outcome.error));
    }
    return { outputs, extras, count: outcomes.length };
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
    const afterPuts = upTo(all, puts[put.length]);
    const deletes = afterPuts.filter(isDelete);
    const deleted =
      deletes.length > 0
        ? await runner.transformDeleted(deletes.map(this.#toDeleted), this.#load, signal)
        : [];
    const changes = upTo(afterPuts, deletes[deleted.length]);
    return { outputs: new Map([...pair(puts, put), ...pair(deletes, deleted)]), count: changes.length };
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
    extras: Map<SourceChange, ExtraCommand[]>,
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
    extras: Map<SourceChange, ExtraCommand[]>,
  ): WritableCommand[] {
    const all = extras.get(change) ?? [];
    if (change.kind === 'touch') return all;
    if (all.length === 0) return commands.map((command) => toChange(command, change, write));
    return commands.flatMap((command): WritableCommand[] => {
      const own = toChange(command, change, write);
      return isPut(command) ? [own, ...all.filter(({ id }) => id === command.id)] : [own];
    });
  }

  async #extrasOf(
    changes: readonly SourceChange[],
    outputs: Map<SourceChange, SendableOutput>,
  ): Promise<Map<SourceChange, ExtraCommand[]>> {
    const { extras } = this.#source;
    if (!extras) return new Map();
    const scripted: ScriptedChange[] = [];
    for (const change of changes) {
      const output = outputs.get(change);
      if (output?.status !== 'done' || change.kind === 'delete' || !output.commands.some(hasExtras)) continue;
      scripted.push({ change, commands: output.commands });
    }
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

function pair(changes: SourceChange[], outputs: SendableOutput[]): [SourceChange, SendableOutput][] {
  if (outputs.length === 0 && changes.length > 0) throw new Error('The sandbox answered for no document');
  return outputs.map((output, i) => [changes[i] as SourceChange, output]);
}
