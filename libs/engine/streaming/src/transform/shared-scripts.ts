import { isDeepStrictEqual } from 'node:util';
import type { SourceChange } from '@nestjs-spark/contracts/internal';
import type { ScriptRunner, Transformation } from '@nestjs-spark/etl-script/internal';
import type { CaptureTask } from '../task/tasks.ts';
import { KeptOutcomes } from './kept-outcomes.ts';

/** Where scripts run, such as a `ScriptPool`. */
export interface Scripts {
  open(transformation: Transformation, signal?: AbortSignal): Promise<ScriptRunner>;
}

/** How several tasks receive one result. */
export interface Sharing<R> {
  /** What each of them receives, so that it can give back its bytes. */
  copyOf(result: R): R;
  /** In characters of JSON text. */
  sizeOf(result: R): number;
}

/** A task's script, possibly shared with other tasks. */
export interface OpenScript {
  readonly runner: ScriptRunner;
  /** The result of `work` for exactly these changes; that of another task counts if it succeeded. */
  once<R extends object>(
    changes: readonly SourceChange[],
    work: () => Promise<R>,
    sharing: Sharing<R>,
  ): Promise<R>;
  close(): void;
}

/** A script that no other task has open. */
export function alone(runner: ScriptRunner): OpenScript {
  return { runner, once: (_, work) => work(), close: () => runner.close() };
}

/** What a script's outcome depends on, besides the documents. */
type Sameness = Pick<CaptureTask, 'collection' | 'script' | 'fields' | 'loadable'> & { name: string };

interface Shared {
  readonly same: Sameness;
  readonly runner: Promise<ScriptRunner>;
  readonly outcomes: KeptOutcomes;
  users: number;
}

/**
 * Opens a script once for all tasks with the same text and the same limits, and runs it once over what they all receive. They
 * stay independent: what failed or was aborted for one is repeated by each.
 */
export class SharedScripts {
  readonly #scripts: Scripts;
  #shared: Shared[] = [];

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  /** Rejects as `Scripts.open`. */
  async open(task: CaptureTask, signal: AbortSignal): Promise<OpenScript> {
    const same = samenessOf(task);
    const known = this.#shared.find((one) => isDeepStrictEqual(one.same, same));
    if (known) {
      known.users++;
      const runner = await known.runner.catch(() => null);
      if (runner) return this.#use(known, runner, task);
      this.#release(known);
      signal.throwIfAborted();
    }
    const { name, requester } = task.key;
    const { collection, script } = task;
    const shared: Shared = {
      same,
      runner: this.#scripts.open({ name, requester, collection, script }, signal),
      outcomes: new KeptOutcomes(),
      users: 1,
    };
    this.#shared.push(shared);
    try {
      return this.#use(shared, await shared.runner, task);
    } catch (error) {
      this.#retire(shared);
      throw error;
    }
  }

  /** Each task is charged for its own runs, and only its own breakdowns count against it. */
  #use(shared: Shared, runner: ScriptRunner, { key }: CaptureTask): OpenScript {
    let isOpen = true;
    return {
      runner: runner.paidBy(key.requester),
      once: (changes, work, sharing) => this.#once(shared, changes, work, sharing),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        if (this.#release(shared)) runner.close();
      },
    };
  }

  #once<R extends object>(
    shared: Shared,
    changes: readonly SourceChange[],
    work: () => Promise<R>,
    sharing: Sharing<R>,
  ): Promise<R> {
    const [first] = changes;
    if (!first || shared.users === 1) return work();
    return this.#together(shared, first, changes, work, sharing);
  }

  async #together<R extends object>(
    shared: Shared,
    first: SourceChange,
    changes: readonly SourceChange[],
    work: () => Promise<R>,
    { copyOf, sizeOf }: Sharing<R>,
  ): Promise<R> {
    const known = shared.outcomes.get(first, changes) as Promise<R> | undefined;
    const result = known && (await known.catch(() => null));
    if (result) return copyOf(result);
    const outcome = work();
    shared.outcomes.keep(first, changes, outcome, sizeOf);
    return copyOf(await outcome);
  }

  #retire(shared: Shared): void {
    this.#shared = this.#shared.filter((other) => other !== shared);
  }

  /** @returns whether it has no users left */
  #release(shared: Shared): boolean {
    shared.users--;
    if (shared.users === 0) this.#retire(shared);
    return shared.users === 0;
  }
}

function samenessOf({ key, collection, script, fields, loadable }: CaptureTask): Sameness {
  return { name: key.name, collection, script, ...(fields && { fields }), loadable };
}
