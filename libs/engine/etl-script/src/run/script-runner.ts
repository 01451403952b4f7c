import { commandsForDelete } from '../commands/commands-for.ts';
import { followOf } from '../guest/guest-extras.ts';
import type { ScriptFollow } from '../extras/types.ts';
import { withoutLargePuts } from '../guest/large-puts.ts';
import type { DeletedInput, DocumentLoader, ScriptInput, ScriptOutput, SendableOutput } from '../types.ts';
import { BatchRun, type BatchBounds, type BatchDocument } from './batch-run.ts';
import type { OpenProgram } from './open-program.ts';
import { Reach } from './reach.ts';
import type { ScriptWorkerSlots } from './script-worker.ts';
import { Strikes } from './strikes.ts';

/** One script, open to run. Its worker stays warm between batches. */
export interface ScriptRunner {
  /**
   * Runs the script over documents that were created or changed and answers in their order, each with all its
   * commands or with the reason why it was set aside. Batches of 256 to 1,024 cost least.
   * Answers for the first of them only, at least one, when their commands fill a batch: ask again for the others.
   * Rejects only with what `load` throws, the signal's reason, ScriptFaultedError, PoolClosedError or WorkerStartError;
   * then nothing was produced, and, unless the script is faulted, no document is to blame and the same batch can be run again.
   */
  transform(inputs: ScriptInput[], load: DocumentLoader, signal?: AbortSignal): Promise<ScriptOutput[]>;
  /**
   * The same, with the puts of a document that has much text as bytes, which belong to the caller. For many such documents in
   * a row: strings would stay in the heap until it is collected, and make it grow first.
   */
  transformToBytes(
    inputs: ScriptInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<SendableOutput[]>;
  /** The same for documents that are gone: what the target has to delete, as far as the script's behaviours let it. */
  transformDeleted(
    inputs: DeletedInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]>;
  /** Which changes of extras, without a change of the document, it wants to receive. Absent: none. */
  readonly follow?: ScriptFollow | undefined;
  /** The same script, open once, for another requester: the time that it takes is theirs, and so are its breakdowns. */
  paidBy(requester: string): ScriptRunner;
  /** Releases its worker. */
  close(): void;
}

/** Limits for a runner's scripts. */
export interface RunnerBounds extends BatchBounds {
  /** Documents in a row that may break the sandbox before the script is no longer run. */
  faultAfter: number;
}

export class PooledScriptRunner implements ScriptRunner {
  readonly follow: ScriptFollow | undefined;
  readonly #program: OpenProgram;
  readonly #slots: ScriptWorkerSlots;
  readonly #bounds: () => RunnerBounds;
  readonly #payer: string;
  readonly #strikes: Strikes;
  readonly #reach = new Reach();

  constructor(program: OpenProgram, slots: ScriptWorkerSlots, bounds: () => RunnerBounds, payer: string) {
    this.#program = program;
    this.follow = followOf(program.script);
    this.#slots = slots;
    this.#bounds = bounds;
    this.#payer = payer;
    this.#strikes = new Strikes(program.script.name, bounds().faultAfter);
  }

  async transform(
    inputs: ScriptInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]> {
    return (await this.transformToBytes(inputs, load, signal)).map(withTexts);
  }

  async transformToBytes(
    inputs: ScriptInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<SendableOutput[]> {
    signal?.throwIfAborted();
    return this.#run(inputs, load, signal);
  }

  async transformDeleted(
    inputs: DeletedInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]> {
    signal?.throwIfAborted();
    const { deleteBehaviors, targets } = this.#program.script;
    if (deleteBehaviors.length === 0) return inputs.map((input) => plainDelete(input, targets));
    return (await this.#run(inputs, load, signal)).map(withTexts);
  }

  paidBy(requester: string): ScriptRunner {
    return new PooledScriptRunner(this.#program, this.#slots, this.#bounds, requester);
  }

  close(): void {
    this.#program.release();
  }

  async #run(
    documents: BatchDocument[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<SendableOutput[]> {
    this.#strikes.check();
    if (documents.length === 0) return [];
    const bounds = this.#bounds();
    const options = { load, bounds, strikes: this.#strikes, reach: this.#reach, payer: this.#payer, signal };
    return new BatchRun(this.#program.within(bounds), this.#slots, documents, options).finish();
  }
}

function withTexts(output: SendableOutput): ScriptOutput {
  return output.status === 'failed' ? output : { ...output, commands: withoutLargePuts(output.commands) };
}

/** The deletion of a document whose script has no say in it. */
function plainDelete(source: DeletedInput, targets: readonly string[]): ScriptOutput {
  return { id: source.id, status: 'done', commands: commandsForDelete(source, targets) };
}
