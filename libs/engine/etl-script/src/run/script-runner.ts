import type { CompiledScript } from '../compile/compile-script.ts';
import { followOf } from '../guest/guest-extras.ts';
import type { ScriptFollow } from '../extras/types.ts';
import type { DeletedInput, DocumentLoader, ScriptInput, ScriptOutput } from '../types.ts';
import { BatchRun, type BatchDocument } from './batch-run.ts';
import { plainDelete } from './plain-delete.ts';
import type { ScriptWorkerSlots } from './script-worker.ts';

/** One script, open to run. Its worker stays warm between batches. */
export interface ScriptRunner {
  /**
   * Runs the script over documents that were created or changed and answers in their order, each with all its
   * commands or with the reason why it was set aside. Batches of 256 to 1,024 cost least.
   * Rejects only with what `load` throws, the signal's reason, PoolClosedError or WorkerStartError; then nothing was
   * produced, no document is to blame, and the same batch can be run again.
   */
  transform(inputs: ScriptInput[], load: DocumentLoader, signal?: AbortSignal): Promise<ScriptOutput[]>;
  /** The same for documents that are gone: what the target has to delete, as far as the script's behaviours let it. */
  transformDeleted(
    inputs: DeletedInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]>;
  /** Which changes that change no document it wants to hear of. Absent: none. */
  readonly follow?: ScriptFollow | undefined;
  /** Lets its worker go. */
  close(): void;
}

export class PooledScriptRunner implements ScriptRunner {
  readonly follow: ScriptFollow | undefined;
  readonly #script: CompiledScript;
  readonly #slots: ScriptWorkerSlots;
  readonly #maxLoadRounds: number;

  constructor(script: CompiledScript, slots: ScriptWorkerSlots, maxLoadRounds: number) {
    this.#script = script;
    this.follow = followOf(script);
    this.#slots = slots;
    this.#maxLoadRounds = maxLoadRounds;
  }

  async transform(
    inputs: ScriptInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]> {
    signal?.throwIfAborted();
    return this.#run(inputs, load, signal);
  }

  async transformDeleted(
    inputs: DeletedInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]> {
    signal?.throwIfAborted();
    if (this.#script.deleteBehaviors.length === 0)
      return inputs.map((input) => plainDelete(input, this.#script.targets));
    return this.#run(inputs, load, signal);
  }

  close(): void {
    this.#slots.release(this.#script);
  }

  async #run(
    documents: BatchDocument[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]> {
    if (documents.length === 0) return [];
    const options = { load, maxLoadRounds: this.#maxLoadRounds, ...(signal && { signal }) };
    return new BatchRun(this.#script, this.#slots, documents, options).finish();
  }
}
