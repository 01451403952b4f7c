import { taskName, type ChangeCommand, type Etag } from '@nestjs-spark/contracts';
import type { ChangeSource, SourceChange, StateStore } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { TransformedChange } from '../transform/transformer.ts';
import type { Caution } from '../publish/caution.ts';
import type { CaptureTask } from '../task/tasks.ts';
import type { Transformer } from '../transform/transformer.ts';
import { askRerun, isOpen, readRerun, settleRerun, type SetAside } from '@nestjs-spark/set-aside/internal';

/** In characters: everything rerun at a time becomes one set, which the log has to accept. */
const SIZE_AT_ONCE = 500_000;

type SourcePut = Extract<SourceChange, { kind: 'put' }>;

/** The result of rerunning documents, to be published in one set. */
export interface RunAgain {
  change: TransformedChange;
  /** To be called once it is in the log. */
  published(): Promise<void>;
  /** To be called instead when the log does not accept it: all of it stays set aside. */
  refused(reason: string): Promise<void>;
}

export interface RerunsParts {
  task: CaptureTask;
  feed: ChangeSource;
  state: StateStore;
  setAside: SetAside;
  transformer: Transformer;
  /** The end of the log: what was rerun after it is rerun again. */
  position: Etag;
  /** How many documents may be published together. */
  caution: Pick<Caution, 'together' | 'refusedTogether' | 'refusedByItself' | 'allRunAgain'>;
}

/**
 * Reruns documents as they are in the source now. They are read after the page behind which they are published, so later changes
 * to them are also read and published later.
 */
export class Reruns {
  readonly #parts: RerunsParts;
  #asked = true;
  #request: string | null = null;
  #pending: string[];
  /** What of the open request is neither in the log nor set aside again, by key; and how much that was initially. */
  readonly #left = new Map<string, string>();
  #atFirst = 0;

  constructor(parts: RerunsParts) {
    this.#parts = parts;
    this.#pending = parts.setAside.publishedAfter(parts.position);
  }

  /** A rerun was requested; the database says of what. */
  asked(): void {
    this.#asked = true;
  }

  /** Requests a rerun of these like any other caller, so that it survives this session. */
  async require(documentIds: string[]): Promise<void> {
    if (documentIds.length === 0) return;
    await askRerun(this.#parts.state, taskName(this.#parts.task.key), documentIds);
    this.asked();
  }

  /** Whether there may be something to do. */
  get due(): boolean {
    return this.#pending.length > 0 || (this.#asked && this.#request === null);
  }

  /** Reads the request when none is known to be open; returns whether there is something to do. */
  async look(): Promise<boolean> {
    if (!this.due) return false;
    if (this.#pending.length > 0) return true;
    const { state, task, setAside } = this.#parts;
    this.#asked = false;
    const stored = await readRerun(state, taskName(task.key));
    if (!stored || !isOpen(stored.value)) return false;
    const { all, documents } = stored.value;
    await setAside.refresh();
    this.#request = stored.version;
    const asked = [...documents, ...(all ? setAside.documents() : [])];
    this.#left.clear();
    for (const id of asked) this.#left.set(setAside.keyOf(id), id);
    this.#atFirst = this.#left.size;
    this.#pending = [...this.#left.values()];
    await this.#settleWhenDone();
    return this.#pending.length > 0;
  }

  /**
   * Runs part of the open request.
   * @param upTo the end of the set in which it will be published
   * @returns null when there is nothing to publish
   */
  async run(upTo: Etag, generation: number, signal: AbortSignal): Promise<RunAgain | null> {
    const { transformer, setAside } = this.#parts;
    const ids = this.#pending.splice(0, this.#parts.caution.together);
    const { there, gone } = await this.#load(ids, upTo);
    for (const { id, etag } of gone) await setAside.clear(id, etag);
    this.#through(gone);
    const results = await transformer.again(there, generation, signal);
    const failures = results.flatMap((result) => ('failure' in result ? [result.failure] : []));
    await setAside.add(failures);
    this.#through(failures.map(({ documentId }) => ({ id: documentId })));
    const done: { id: string; etag: Etag }[] = [];
    const commands: ChangeCommand[] = [];
    let size = 0;
    for (const [at, result] of results.entries()) {
      if ('failure' in result) continue;
      const more = JSON.stringify(result.commands).length;
      if (done.length > 0 && size + more > SIZE_AT_ONCE) {
        this.#later(results.slice(at).flatMap((left) => ('failure' in left ? [] : [left.id])));
        break;
      }
      size += more;
      commands.push(...result.commands);
      done.push({ id: result.id, etag: result.etag });
    }
    if (done.length === 0) await this.#settleWhenDone();
    if (commands.length === 0 && done.length === 0) return null;
    return {
      change: { etag: upTo, again: done.map(({ id }) => setAside.keyOf(id)).join('\0'), commands },
      published: () => this.#published(done, upTo),
      refused: (reason) => this.#refused(done, reason),
    };
  }

  async #refused(done: { id: string; etag: Etag }[], reason: string): Promise<void> {
    const { caution, setAside } = this.#parts;
    const [only] = done;
    if (only && done.length === 1) {
      const place = { kind: 'refused', line: null, column: null };
      await setAside.add([{ documentId: only.id, etag: only.etag, reason, ...place }]);
      caution.refusedByItself(setAside.keyOf(only.id));
      this.#through(done);
    } else {
      caution.refusedTogether(done.length);
      this.#later(done.map(({ id }) => id));
    }
    await this.#settleWhenDone();
  }

  async #published(done: { id: string; etag: Etag }[], publishedIn: Etag): Promise<void> {
    for (const { id, etag } of done) await this.#parts.setAside.settle(id, etag, publishedIn);
    this.#through(done);
    await this.#settleWhenDone();
  }

  /**
   * Ends with the session. The rest of the request is saved, so that the next session does not begin at the first document again:
   * with frequent interruptions, it would otherwise never get further.
   */
  async leave(): Promise<void> {
    if (this.#request === null || this.#left.size === this.#atFirst) return;
    const { state, task } = this.#parts;
    const version = this.#request;
    this.#request = null;
    await settleRerun(state, taskName(task.key), version, [...this.#left.values()]);
  }

  #through(documents: readonly { id: string }[]): void {
    for (const { id } of documents) this.#left.delete(this.#parts.setAside.keyOf(id));
  }

  #later(ids: string[]): void {
    this.#pending.unshift(...ids);
  }

  /** A request stays in the database until all of it was published, so that it survives a crash. */
  async #settleWhenDone(): Promise<void> {
    if (this.#request === null || this.#left.size > 0) return;
    const version = this.#request;
    this.#request = null;
    const { state, task, caution } = this.#parts;
    if (await settleRerun(state, taskName(task.key), version)) caution.allRunAgain();
    else this.#asked = true;
  }

  async #load(
    ids: string[],
    upTo: Etag,
  ): Promise<{ there: SourcePut[]; gone: { id: string; etag: Etag }[] }> {
    const { feed, task, setAside } = this.#parts;
    const { collection } = task;
    const documents = ids.length > 0 ? await feed.load(ids) : [];
    const there: SourcePut[] = [];
    const gone: { id: string; etag: Etag }[] = [];
    for (const [at, id] of ids.entries()) {
      const etag = setAside.etagOf(id) ?? upTo;
      const document = documents[at];
      const wanted = document && sameName(document.collection, collection) && document.copyOf === null;
      if (document && wanted) there.push({ kind: 'put', etag, ...document });
      else gone.push({ id, etag });
    }
    return { there, gone };
  }
}
