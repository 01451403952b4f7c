import type { ScriptFailureKind, ScriptOutput } from '../types.ts';

/**
 * A script broke its sandbox for too many documents in a row, so it is no longer run: it would only take time from the others.
 * Report the task as `Faulted`, and open the script again after a while, or when it has changed. Of the
 * batch nothing was produced.
 */
export class ScriptFaultedError extends Error {
  override readonly name = 'ScriptFaultedError';

  constructor(script: string, count: number, last: string) {
    super(`The script '${script}' broke down for ${count} documents in a row and is no longer run: ${last}`);
  }
}

const BREAKS: ReadonlySet<ScriptFailureKind> = new Set(['timeout', 'memory', 'crashed']);

/** Counts the documents in a row that broke a script's sandbox; what a script throws itself does not count. */
export class Strikes {
  readonly #script: string;
  readonly #most: number;
  #count = 0;
  #fault: ScriptFaultedError | undefined;

  constructor(script: string, most: number) {
    this.#script = script;
    this.#most = most;
  }

  /** @throws {ScriptFaultedError} with the document that is one too many, and from then on */
  note(output: ScriptOutput): void {
    if (output.status === 'done') this.#count = 0;
    else if (!BREAKS.has(output.failure.kind)) this.#count = 0;
    else if (++this.#count >= this.#most) {
      this.#fault ??= new ScriptFaultedError(this.#script, this.#count, output.failure.reason);
    }
    this.check();
  }

  /** @throws {ScriptFaultedError} */
  check(): void {
    if (this.#fault) throw this.#fault;
  }
}
