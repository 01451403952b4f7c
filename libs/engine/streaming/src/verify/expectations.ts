import { taskId, type Etag, type TaskKey } from '@nestjs-spark/contracts';
import {
  reduceCommands,
  type ChangeSource,
  type SourceChange,
  type SourceDocument,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { CaptureTask, TaskDirectory } from '../task/tasks.ts';
import { NOTHING_SET_ASIDE } from '../transform/set-aside-in-use.ts';
import { alone, type Scripts } from '../transform/shared-scripts.ts';
import { Transformer } from '../transform/transformer.ts';
import { markOf, readContent } from './copy-content.ts';
import type { Depth, Expected, ExpectedCopy, ExpectedDocument, ExpectedPage } from './expected.ts';
import { KeptScripts } from './kept-scripts.ts';

export interface ExpectationsParts {
  source: ChangeSource;
  scripts: Scripts;
  directory: TaskDirectory;
}

const PAGE = 1_000;
/** After so many copies a page ends, so that an answer stays small however many a document has. */
const MOST_COPIES = 5_000;
/** A step is twice as large as the one before while that was quick. */
const STEP = { first: 16, most: 512, quickMs: 250 };
/** An answer has to come in time: of slow scripts it has less. */
const WORK_MS = 5_000;
/** Documents are looked up a few at a time, so that those of one answer take about so much memory, however large they are. */
const LOOKED_UP = { bytes: 8 * 1024 * 1024, first: 8, most: 64 };
/** The mark of a copy does not say which generation it is of. */
const ANY_GENERATION = 1;

type SourcePut = Extract<SourceChange, { kind: 'put' }>;

/** Tells a requester, on the owner's side, what its copies have to be like. Writes nothing. */
export class Expectations {
  readonly #parts: ExpectationsParts;
  readonly #scripts: KeptScripts;

  constructor(parts: ExpectationsParts) {
    this.#parts = parts;
    this.#scripts = new KeptScripts(parts.scripts);
  }

  /**
   * The documents of a task from an etag on, as they are now.
   * @returns null when there is no such task
   */
  async page(key: TaskKey, from: Etag, depth: Depth, signal: AbortSignal): Promise<ExpectedPage | null> {
    const { source, directory } = this.#parts;
    const task = await directory.read(key);
    if (!task) return null;
    const { lastEtag: before } = await source.identify(taskId(key));
    const deletesAfter = Math.max(before, from);
    const page = await source.read({ collection: task.collection, from, deletesAfter, limit: PAGE });
    const puts = page.changes.filter(isOwnPut);
    const { databaseId, lastEtag: after } = page;
    const common = { databaseId, script: task.fingerprint, before, after };
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
    const { lastEtag: before, databaseId } = await source.identify(taskId(key));
    const found = await lookUp(source, ids);
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
    return this.#scripts.use(taskId(key), transformation, signal, async (runner) => {
      const transformer = new Transformer(task, alone(runner), source, NOTHING_SET_ASIDE);
      const documents: ExpectedDocument[] = [];
      const began = performance.now();
      let copies = 0;
      let step = STEP.first;
      while (documents.length < puts.length && copies < MOST_COPIES && performance.now() - began < WORK_MS) {
        const some = puts.slice(documents.length, documents.length + step);
        const stepBegan = performance.now();
        const results = await transformer.again([...some], ANY_GENERATION, signal);
        if (performance.now() - stepBegan < STEP.quickMs) step = Math.min(step * 2, STEP.most);
        const made = new Map(results.flatMap((one) => ('failure' in one ? [] : [[one.id, one.commands]])));
        for (const { id, etag } of some) {
          const commands = made.get(id);
          const expected = commands ? expectedCopies(source, commands, canonical) : null;
          copies += expected?.length ?? 0;
          documents.push({ id, etag, copies: expected });
        }
      }
      return { documents, count: documents.length };
    });
  }
}

/** The first of these documents, as many as fit; at least one. */
async function lookUp(source: ChangeSource, ids: readonly string[]): Promise<(SourceDocument | null)[]> {
  const found: (SourceDocument | null)[] = [];
  let bytes = 0;
  let step = LOOKED_UP.first;
  while (found.length < ids.length && bytes < LOOKED_UP.bytes) {
    const some = await source.load(ids.slice(found.length, found.length + step));
    found.push(...some);
    bytes += some.reduce((sum, document) => sum + (document?.json.byteLength ?? 0), 0);
    const average = Math.max(1, bytes / found.length);
    step = Math.max(1, Math.min(LOOKED_UP.most, Math.floor((LOOKED_UP.bytes - bytes) / average)));
  }
  return found;
}

function expectedCopies(
  { ids }: ChangeSource,
  commands: Parameters<typeof reduceCommands>[0],
  canonical: boolean,
): ExpectedCopy[] {
  return [...reduceCommands(commands, ids).puts.values()].map(({ id, document }) => {
    return { id, mark: markOf(readContent(document), canonical) };
  });
}

function isOwnPut(change: SourceChange): change is SourcePut {
  return change.kind === 'put' && change.copyOf === null;
}
