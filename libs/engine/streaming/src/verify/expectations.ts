import { taskId, type ChangeCommand, type Etag, type TaskKey } from '@nestjs-spark/contracts';
import {
  reduceCommands,
  type ChangeSource,
  type SourceChange,
  type SourceDocument,
} from '@nestjs-spark/contracts/internal';
import { loadWithin, sameName } from '@nestjs-spark/foundation/internal';
import type { CaptureTask, TaskDirectory } from '../task/tasks.ts';
import { NOTHING_SET_ASIDE } from '../transform/set-aside-in-use.ts';
import { alone, type Scripts } from '../transform/shared-scripts.ts';
import { Transformer, type AgainResult } from '../transform/transformer.ts';
import { markOf, readContent } from './copy-content.ts';
import type { Depth, Expected, ExpectedCopy, ExpectedDocument, ExpectedPage } from './expected.ts';
import { KeptScripts } from './kept-scripts.ts';
import { PreparedPages, type PageWanted } from './prepared-pages.ts';

export interface ExpectationsParts {
  source: ChangeSource;
  scripts: Scripts;
  directory: TaskDirectory;
}

const PAGE = 2_000;
/** A page ends after this many copies, so that an answer stays small however many a document has. */
const MOST_COPIES = 10_000;
/** It may exceed that by up to this many. */
const STEP_COPIES = 2_500;
/** A page lists what exists: copies of deleted documents are looked up by id. */
const NO_DELETES = Number.MAX_SAFE_INTEGER;
/** An answer has to arrive in time: with slow scripts it contains less. */
const WORK_MS = 5_000;
/** A page that has not been requested yet may take longer. */
const PREPARED_MS = 25_000;
/** Documents are looked up a few at a time, so that those of one answer take about this much memory, however large they are. */
const LOOKED_UP = {
  mostBytes: 8 * 1024 * 1024,
  first: 8,
  most: 64,
  sizeOf: (document: SourceDocument | null) => document?.json.byteLength ?? 0,
};
/** The mark of a copy does not say which generation it is of. */
const ANY_GENERATION = 1;

type SourcePut = Extract<SourceChange, { kind: 'put' }>;

/** Documents over which the script is run together. */
interface Step {
  puts: readonly SourcePut[];
  began: number;
  results: Promise<AgainResult[]>;
}

/** Tells a requester, on the owner's side, what its copies have to be like. Writes nothing. */
export class Expectations {
  readonly #parts: ExpectationsParts;
  readonly #scripts: KeptScripts;
  readonly #pages = new PreparedPages();

  constructor(parts: ExpectationsParts) {
    this.#parts = parts;
    this.#scripts = new KeptScripts(parts.scripts, STEP_COPIES);
  }

  /**
   * The documents of a task from an etag on, as they are now, or were when the previous page was requested.
   * @returns null when there is no such task
   */
  async page(key: TaskKey, from: Etag, depth: Depth, signal: AbortSignal): Promise<ExpectedPage | null> {
    const task = await this.#parts.directory.read(key);
    if (!task) return null;
    const id = taskId(key);
    const wanted = { task, from, depth };
    const page = (await this.#pages.take(id, wanted)) ?? (await this.#page(wanted, signal));
    const next = { ...wanted, from: page.to + 1 };
    if (!page.drained && page.to >= from)
      this.#pages.prepare(id, next, () => this.#page(next, AbortSignal.timeout(PREPARED_MS)));
    return page;
  }

  async #page({ task, from, depth }: PageWanted, signal: AbortSignal): Promise<ExpectedPage> {
    const { collection, fingerprint: script } = task;
    const { source } = this.#parts;
    // The next page is requested in the same way, so that a store that reads ahead has it.
    const page = await source.read({ collection, from, deletesAfter: NO_DELETES, limit: PAGE });
    const puts = page.changes.filter(isOwnPut);
    const { databaseId, lastEtag } = page;
    const common = { databaseId, script, before: lastEtag, after: lastEtag };
    if (depth === 'ids') {
      const documents = puts.map(({ id, etag }) => ({ id, etag }));
      return { ...common, documents, to: page.to, drained: page.drained };
    }
    const { documents, count } = await this.#run(task, puts, false, signal);
    const next = puts[count];
    const to = next ? next.etag - 1 : page.to;
    return { ...common, documents, to, drained: page.drained && !next };
  }

  /**
   * These documents as they are now, whatever happened to them; not all of them where they are large or their scripts are slow.
   * @returns null when there is no such task
   */
  async documents(key: TaskKey, ids: readonly string[], signal: AbortSignal): Promise<Expected | null> {
    const { source, directory } = this.#parts;
    const task = await directory.read(key);
    if (!task) return null;
    // Otherwise both would run the script at once.
    await this.#pages.take(taskId(key), null);
    const { lastEtag: before, databaseId } = await source.identify(taskId(key));
    const found = await loadWithin(ids, (some) => source.load(some), LOOKED_UP);
    const puts = found.flatMap((document, at): SourcePut[] => {
      const isWanted = document && document.copyOf === null && sameName(document.collection, task.collection);
      return isWanted ? [{ kind: 'put', etag: 0, ...document, id: ids[at] ?? document.id }] : [];
    });
    const { documents: there, count } = await this.#run(task, puts, true, signal);
    const { lastEtag: after } = await source.identify(taskId(key));
    const byId = new Map(there.map((document) => [document.id, document]));
    const later = new Set(puts.slice(count).map(({ id }) => id));
    const answered = ids.slice(0, found.length).filter((id) => !later.has(id));
    const documents = answered.map((id) => byId.get(id) ?? { id, etag: 0, copies: [] });
    return { databaseId, script: task.fingerprint, before, after, documents };
  }

  /** The same way that changes go, except for the log. */
  async #run(
    task: CaptureTask,
    puts: readonly SourcePut[],
    canonical: boolean,
    signal: AbortSignal,
  ): Promise<{ documents: ExpectedDocument[]; count: number }> {
    const { source } = this.#parts;
    const { collection, script, key } = task;
    if (puts.length === 0) return { documents: [], count: 0 };
    const transformation = { name: key.name, requester: key.requester, collection, script };
    return this.#scripts.use(taskId(key), transformation, signal, async (runner, size) => {
      const transformer = new Transformer(task, alone(runner), source, NOTHING_SET_ASIDE);
      const begin = (at: number): Step => {
        const some = puts.slice(at, at + size.documents);
        const results = transformer.again([...some], ANY_GENERATION, signal);
        results.catch(() => undefined);
        return { puts: some, began: performance.now(), results };
      };
      const documents: ExpectedDocument[] = [];
      const end = performance.now() + WORK_MS;
      let copies = 0;
      for (let step: Step | null = begin(0); step;) {
        const done: Step = step;
        const results = await done.results;
        const made = results.reduce((sum, one) => sum + ('commands' in one ? one.commands.length : 0), 0);
        size.took(performance.now() - done.began, done.puts.length, made);
        copies += made;
        const at = documents.length + done.puts.length;
        // The script runs over the next documents while these are hashed.
        step = at < puts.length && copies < MOST_COPIES && performance.now() < end ? begin(at) : null;
        documents.push(...expectedOf(source, done.puts, results, canonical));
      }
      return { documents, count: documents.length };
    });
  }
}

function expectedOf(
  source: ChangeSource,
  puts: readonly SourcePut[],
  results: readonly AgainResult[],
  canonical: boolean,
): ExpectedDocument[] {
  const made = new Map(results.flatMap((one) => ('failure' in one ? [] : [[one.id, one.commands]])));
  return puts.map(({ id, etag }) => {
    const commands = made.get(id);
    return { id, etag, copies: commands ? expectedCopies(source, commands, canonical) : null };
  });
}

function expectedCopies(
  { ids }: ChangeSource,
  commands: readonly ChangeCommand[],
  canonical: boolean,
): ExpectedCopy[] {
  const [first] = commands;
  // Most documents have one copy, which no later command undoes.
  const puts =
    commands.length === 1 && first?.type === 'put' ? [first] : reduceCommands(commands, ids).puts.values();
  return [...puts].map(({ id, document }) => ({ id, mark: markOf(readContent(document), canonical) }));
}

function isOwnPut(change: SourceChange): change is SourcePut {
  return change.kind === 'put' && change.copyOf === null;
}
