import { taskName, type Etag } from '@nestjs-spark/contracts';
import type { ChangeSource, SourceChange, StateStore } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { TransformedChange } from '../transform/transformer.ts';
import type { Caution } from '../publish/caution.ts';
import type { CaptureTask } from '../task/tasks.ts';
import type { Transformer } from '../transform/transformer.ts';
import { askRerun, isOpen, readRerun, settleRerun, type SetAside } from '@nestjs-spark/set-aside/internal';

/** Characters: what is run again at once becomes one set, which the log has to take. */
const SIZE_AT_ONCE = 500_000;

type SourcePut = Extract<SourceChange, { kind: 'put' }>;

/** What documents became that were run again, to be published in one set. */
export interface RunAgain {
  change: TransformedChange;
  /** To be called when that is in the log. */
  published(): Promise<void>;
  /** To be called instead when the log does not take it: all of it stays set aside. */
  refused(reason: string): Promise<void>;
}

export interface RerunsParts {
  task: CaptureTask;
  feed: ChangeSource;
  state: StateStore;
  setAside: SetAside;
  transformer: Transformer;
  /** Up to where the log goes: what was run again after it is run again once more. */
  position: Etag;
  /** How many documents may be published together. */
  caution: Pick<Caution, 'together' | 'refusedTogether' | 'refusedAgain' | 'tryingAgain' | 'allRunAgain'>;
}

/**
 * Runs documents again as they are in the source now. They are read after the page behind which they are published, so
 * whatever happens to them later is read, and published, later too.
 */
export class Reruns {
  readonly #parts: RerunsParts;
  #asked = true;
  #request: string | null = null;
  #pending: string[];
  #underWay = 0;

  constructor(parts: RerunsParts) {
    this.#parts = parts;
    this.#pending = parts.setAside.publishedAfter(parts.position);
  }

  /** A rerun was requested; the database says of what. */
  asked(): void {
    this.#asked = true;
  }

  /** Asks for these as anybody else may, so that it is not forgotten when this ends. */
  async require(documentIds: string[]): Promise<void> {
    if (documentIds.length === 0) return;
    await askRerun(this.#parts.state, taskName(this.#parts.task.key), documentIds);
    this.asked();
  }

  /** Something may be to do. */
  get due(): boolean {
    return this.#pending.length > 0 || (this.#asked && this.#request === null);
  }

  /** Reads what was asked when nothing is known to be open; says whether something is to do. */
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
    const { refusedAgain, tryingAgain } = this.#parts.caution;
    const isTried = (id: string): number => (setAside.keyOf(id) === tryingAgain ? 0 : 1);
    const asked = [...documents, ...(all ? setAside.documents() : [])];
    this.#pending = [...new Map(asked.map((id) => [setAside.keyOf(id), id])).values()].filter(
      (id) => !refusedAgain.has(setAside.keyOf(id)),
    );
    this.#pending.sort((a, b) => isTried(a) - isTried(b));
    await this.#settleWhenDone();
    return this.#pending.length > 0;
  }

  /**
   * Runs some of what is open.
   * @param upTo the end of the set in which it will be published
   * @returns null when none of it is to be published
   */
  async run(upTo: Etag, generation: number, signal: AbortSignal): Promise<RunAgain | null> {
    const { transformer, setAside } = this.#parts;
    const ids = this.#pending.splice(0, this.#parts.caution.together);
    this.#underWay += ids.length;
    const { there, gone } = await this.#load(ids, upTo);
    for (const { id, etag } of gone) await setAside.clear(id, etag);
    const results = await transformer.again(there, generation, signal);
    const failures = results.flatMap((result) => ('failure' in result ? [result.failure] : []));
    await setAside.add(failures);
    const done: { id: string; etag: Etag }[] = [];
    const change: TransformedChange = { etag: upTo, commands: [] };
    let size = 0;
    for (const [at, result] of results.entries()) {
      if ('failure' in result) continue;
      const more = JSON.stringify(result.commands).length;
      if (done.length > 0 && size + more > SIZE_AT_ONCE) {
        this.#later(results.slice(at).flatMap((left) => ('failure' in left ? [] : [left.id])));
        break;
      }
      size += more;
      change.commands.push(...result.commands);
      done.push({ id: result.id, etag: result.etag });
    }
    this.#underWay -= ids.length - done.length;
    if (done.length === 0) await this.#settleWhenDone();
    if (change.commands.length === 0 && done.length === 0) return null;
    const [only] = done;
    this.#parts.caution.tryingAgain = only && done.length === 1 ? setAside.keyOf(only.id) : null;
    return {
      change,
      published: () => this.#published(done, upTo),
      refused: (reason) => this.#refused(done, reason),
    };
  }

  async #refused(done: { id: string; etag: Etag }[], reason: string): Promise<void> {
    const { caution, setAside } = this.#parts;
    this.#underWay -= done.length;
    const [only] = done;
    if (only && done.length === 1) {
      const place = { kind: 'refused', line: null, column: null };
      await setAside.add([{ documentId: only.id, etag: only.etag, reason, ...place }]);
      caution.refusedAgain.add(setAside.keyOf(only.id));
    } else {
      caution.refusedTogether(done.length);
      this.#later(done.map(({ id }) => id));
    }
    await this.#settleWhenDone();
  }

  async #published(done: { id: string; etag: Etag }[], publishedIn: Etag): Promise<void> {
    for (const { id, etag } of done) await this.#parts.setAside.settle(id, etag, publishedIn);
    this.#underWay -= done.length;
    await this.#settleWhenDone();
  }

  #later(ids: string[]): void {
    this.#pending.unshift(...ids);
  }

  /** A request stays in the database until all of it was published, so that a start after a crash finds it again. */
  async #settleWhenDone(): Promise<void> {
    if (this.#request === null || this.#pending.length > 0 || this.#underWay > 0) return;
    const version = this.#request;
    this.#request = null;
    this.#parts.caution.allRunAgain();
    if (!(await settleRerun(this.#parts.state, taskName(this.#parts.task.key), version))) this.#asked = true;
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
