import { isDeepStrictEqual } from 'node:util';
import type { ScriptRunner, Transformation } from '@nestjs-spark/etl-script/internal';
import type { Scripts } from '../transform/shared-scripts.ts';
import { KeptBriefly } from './kept-briefly.ts';
import { StepSize } from './step-size.ts';

/** A script, and over how many documents it was last run together. */
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

  /** @param mostCopies about so many are made together */
  constructor(scripts: Scripts, mostCopies: number) {
    this.#scripts = scripts;
    this.#mostCopies = mostCopies;
  }

  /**
   * What the work makes of a script. One that it fails with is not kept, and neither is the size of its steps. What breaks down counts in this work only: the documents of
   * the page before are no reason not to run it.
   * @param key whose script it is: of each, one is kept
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

  /** While it is in use it is not here, so nobody else has it. */
  #take(key: string, transformation: Transformation): InUse | null {
    const kept = this.#kept.take(key);
    if (!kept || isDeepStrictEqual(kept.transformation, transformation)) return kept;
    kept.runner.close();
    return null;
  }
}
