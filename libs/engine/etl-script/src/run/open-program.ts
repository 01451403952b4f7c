import { isDeepStrictEqual } from 'node:util';
import type { CompiledScript } from '../compile/compile-script.ts';
import type { OutputBounds } from '../guest/output-budget.ts';
import type { ScriptWorkerSlots } from './script-worker.ts';

/** A script as it is loaded into sandboxes, which know its limits: with different limits it is a different program. */
export class OpenProgram {
  readonly #slots: Pick<ScriptWorkerSlots, 'release'>;
  #script: CompiledScript;
  #bounds: OutputBounds | undefined;

  constructor(script: CompiledScript, slots: Pick<ScriptWorkerSlots, 'release'>) {
    this.#script = script;
    this.#slots = slots;
  }

  get script(): CompiledScript {
    return this.#script;
  }

  /** The program with these limits. */
  within({ documentSize, documentLoads, documentAsks, turnSize }: OutputBounds): CompiledScript {
    const bounds = { documentSize, documentLoads, documentAsks, turnSize };
    if (this.#bounds !== undefined && !isDeepStrictEqual(bounds, this.#bounds)) {
      this.release();
      this.#script = { ...this.#script };
    }
    this.#bounds = bounds;
    return this.#script;
  }

  release(): void {
    this.#slots.release(this.#script);
  }
}
