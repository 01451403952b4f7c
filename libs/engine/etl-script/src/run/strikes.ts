import type { ScriptFailureKind, SendableOutput } from '../types.ts';

/**
 * A script broke its sandbox for too many consecutive documents, so it is no longer run: it would only take time from the others.
 * Report the task as `Faulted`, and open the script again after a while, or when it has changed. The batch produced nothing.
 */
export class ScriptFaultedError extends Error {
  override readonly name = 'ScriptFaultedError';

  constructor(script: string, count: number, last: string) {
    super(`The script '${script}' broke down for ${count} documents in a row and is no longer run: ${last}`);
  }
}

const BREAKS: ReadonlySet<ScriptFailureKind> = new Set(['timeout', 'memory', 'crashed']);

/** Counts consecutive documents that broke a script's sandbox; exceptions thrown by the script itself do not count. */
export class Strikes {
  readonly #script: string;
  readonly #most: number;
  #count = 0;
  #fault: ScriptFaultedError | undefined;

  constructor(script: string, most: number) {
    this.#script = script;
    this.#most = most;
  }

  /** @throws {ScriptFaultedError} at the document that exceeds the limit, and from then on */
  note(output: SendableOutput): void {
    if (output.status === 'done') this.#count = 0;
    else if (!BREAKS.has(output.failure.kind)) this.#count = 0;
    else if (++this.#count >= this.#most) {
      this.#fault ??= new ScriptFaultedError(this.#script, this.#count, output.failure.reason);
    }
    this.check();
  }

  /** @throws {ScriptFaultedError} once the limit is exceeded */
  check(): void {
    if (this.#fault) throw this.#fault;
  }
}
