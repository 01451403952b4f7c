import { isDeepStrictEqual } from 'node:util';
import type { ScriptRunner, Transformation } from '@nestjs-spark/etl-script/internal';
import type { Scripts } from '../transform/shared-scripts.ts';

/** Longer than a requester needs between two questions. */
const KEPT_MS = 5_000;

interface Kept {
  readonly transformation: Transformation;
  readonly runner: ScriptRunner;
  readonly end: NodeJS.Timeout;
}

/** Keeps scripts open for a while: a comparison asks for page after page, and opening a script costs more than running it over a page. */
export class KeptScripts {
  readonly #scripts: Scripts;
  readonly #kept = new Map<string, Kept>();

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  /**
   * What the work makes of a script. One that it fails with is not kept. What breaks down counts in this work only: the documents of
   * the page before are no reason not to run it.
   * @param key whose script it is: of each, one is kept
   */
  async use<R>(
    key: string,
    transformation: Transformation,
    signal: AbortSignal,
    work: (runner: ScriptRunner) => Promise<R>,
  ): Promise<R> {
    const runner = this.#take(key, transformation) ?? (await this.#scripts.open(transformation, signal));
    try {
      const result = await work(runner.paidBy(transformation.requester ?? transformation.name));
      this.#keep(key, transformation, runner);
      return result;
    } catch (error) {
      runner.close();
      throw error;
    }
  }

  /** While it is in use it is not here, so nobody else has it. */
  #take(key: string, transformation: Transformation): ScriptRunner | null {
    const kept = this.#kept.get(key);
    if (!kept || !isDeepStrictEqual(kept.transformation, transformation)) {
      this.#end(key);
      return null;
    }
    this.#kept.delete(key);
    clearTimeout(kept.end);
    return kept.runner;
  }

  #keep(key: string, transformation: Transformation, runner: ScriptRunner): void {
    this.#end(key);
    const end = setTimeout(() => this.#end(key), KEPT_MS).unref();
    this.#kept.set(key, { transformation, runner, end });
  }

  #end(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    clearTimeout(kept?.end);
    kept?.runner.close();
  }
}
