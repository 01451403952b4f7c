import { isDeepStrictEqual } from 'node:util';
import type { ScriptRunner, Transformation } from '@nestjs-spark/etl-script/internal';
import type { Scripts } from '../transform/shared-scripts.ts';
import { KeptBriefly } from './kept-briefly.ts';
import { StepSize } from './step-size.ts';

/** A script, and over how many documents at once it was last run. */
interface InUse {
  readonly runner: ScriptRunner;
  readonly size: StepSize;
}

interface Kept extends InUse {
  readonly transformation: Transformation;
}

/** Keeps scripts open for a while: a comparison asks for page after page, and opening a script costs more than running it over a page. */
export class KeptScripts {
  readonly #scripts: Scripts;
  readonly #mostCopies: number;
  readonly #kept = new KeptBriefly<Kept>(({ runner }) => runner.close());

  /** @param mostCopies about how many are made together at most */
  constructor(scripts: Scripts, mostCopies: number) {
    this.#scripts = scripts;
    this.#mostCopies = mostCopies;
  }

  /**
   * The result of work with a script. If the work fails, neither the script nor the size of its steps is kept. Breakdowns count for this
   * work only: documents of the previous page are no reason not to run it.
   * @param key whose script it is: one is kept for each
   */
  async use<R>(
    key: string,
    transformation: Transformation,
    signal: AbortSignal,
    work: (runner: ScriptRunner, size: StepSize) => Promise<R>,
  ): Promise<R> {
    const used = this.#take(key, transformation) ?? {
      runner: await this.#scripts.open(transformation, signal),
      size: new StepSize(this.#mostCopies),
    };
    try {
      const result = await work(
        used.runner.paidBy(transformation.requester ?? transformation.name),
        used.size,
      );
      this.#kept.keep(key, { ...used, transformation });
      return result;
    } catch (error) {
      used.runner.close();
      throw error;
    }
  }

  /** A script in use is not kept here, so only one caller has it. */
  #take(key: string, transformation: Transformation): InUse | null {
    const kept = this.#kept.take(key);
    if (!kept || isDeepStrictEqual(kept.transformation, transformation)) return kept;
    kept.runner.close();
    return null;
  }
}
