import { PoolClosedError, WorkerLostError } from '@nestjs-spark/sandbox';
import type { CompiledScript } from '../compile/compile-script.ts';
import { DONE, FAILED, type Job, type RawFailure, type Reply } from '../guest/messages.ts';
import { packTexts } from '../guest/pack-texts.ts';
import { commandReader } from '../guest/reply-builder.ts';
import type { DocumentLoader, ScriptOutput } from '../types.ts';
import { describeFailure } from './describe-failure.ts';
import { readOnTheSpot, suitsTheSpot } from './on-the-spot.ts';
import type { ScriptWorkerSlots } from './script-worker.ts';

/** A document to run the script for; without its content it is one that was deleted. */
export interface BatchDocument {
  id: string;
  collection: string;
  document?: Uint8Array;
}

export interface BatchOptions {
  load: DocumentLoader;
  maxLoadRounds: number;
  signal?: AbortSignal;
}

/** One batch from its first round to its last: rounds repeat for the documents that asked for others with `load`. */
export class BatchRun {
  readonly #script: CompiledScript;
  readonly #slots: ScriptWorkerSlots;
  readonly #documents: BatchDocument[];
  readonly #options: BatchOptions;
  readonly #outputs: ScriptOutput[] = [];
  readonly #loaded = new Map<string, Uint8Array | null>();
  readonly #needs = new Map<number, Set<string>>();

  constructor(
    script: CompiledScript,
    slots: ScriptWorkerSlots,
    documents: BatchDocument[],
    options: BatchOptions,
  ) {
    this.#script = script;
    this.#slots = slots;
    this.#documents = documents;
    this.#options = options;
  }

  async finish(): Promise<ScriptOutput[]> {
    let open = [...this.#documents.keys()].filter((document) => this.#isReadable(document));
    for (let round = 0; open.length > 0; round++) {
      open = await this.#round(open);
      if (open.length > 0 && round >= this.#options.maxLoadRounds) {
        for (const document of open) this.#fail(document, tooManyRounds(this.#options.maxLoadRounds));
        break;
      }
      if (open.length > 0) await this.#fetchLoads();
    }
    return this.#outputs;
  }

  /** What another program wrote need not be a document: a worker that reads it is lost, and the next takes a while to start. */
  #isReadable(document: number): boolean {
    const bytes = this.#documents[document]?.document;
    if (bytes === undefined || looksLikeObject(bytes)) return true;
    this.#fail(document, { kind: 'thrown', reason: 'the document is not a JSON object', stack: '' });
    return false;
  }

  /** Runs these documents and answers which of them need others first. */
  async #round(open: number[]): Promise<number[]> {
    try {
      return this.#take(open, this.#readOnTheSpot(open) ?? (await this.#runOnWorker(open)));
    } catch (error) {
      if (this.#slots.isClosed) throw new PoolClosedError();
      if (!(error instanceof WorkerLostError)) throw error;
      const [only] = open;
      if (open.length === 1 && only !== undefined) {
        this.#fail(only, { kind: error.kind, reason: error.message, stack: '' });
        return [];
      }
      // The worker cannot say any more which document it was: alone, each shows itself.
      const waiting: number[] = [];
      for (const document of open) waiting.push(...(await this.#round([document])));
      return waiting;
    }
  }

  #readOnTheSpot(open: number[]): Reply | null {
    const suits = !this.#slots.isClosed && suitsTheSpot(this.#script, this.#documents);
    return suits ? readOnTheSpot(this.#script, this.#job(open, false)) : null;
  }

  async #runOnWorker(open: number[]): Promise<Reply> {
    this.#options.signal?.throwIfAborted();
    const worker = await this.#slots.take(this.#script);
    const isNew = worker.program !== this.#script;
    worker.program = this.#script;
    let spoiled = true;
    const running = worker
      .run(this.#job(open, isNew))
      .then((reply) => {
        ({ spoiled } = reply);
        return reply;
      })
      .finally(() => this.#slots.giveBack(worker, spoiled));
    return untilAborted(running, this.#options.signal);
  }

  #job(open: number[], isNew: boolean): Job {
    const documents = open.map((i) => this.#documents[i] as BatchDocument);
    return {
      ...(isNew && { script: this.#script }),
      ids: documents.map(({ id }) => id),
      collections: documents.map(({ collection }) => collection),
      ...(documents[0]?.document && { documents: packTexts(documents.map((own) => own.document ?? null)) }),
      ...(this.#needs.size > 0 && this.#loadsFor(open)),
    };
  }

  #loadsFor(open: number[]): Pick<Job, 'loads' | 'needs'> {
    const ids = [...new Set(open.flatMap((i) => [...(this.#needs.get(i) ?? [])]))];
    const places = new Map(ids.map((id, place) => [id, place]));
    return {
      loads: { ids, ...packTexts(ids.map((id) => this.#loaded.get(id) ?? null)) },
      needs: open.map((i) => [...(this.#needs.get(i) ?? [])].map((id) => places.get(id) ?? -1)),
    };
  }

  #take(open: number[], reply: Reply): number[] {
    const nextCommands = commandReader(reply);
    const waiting: number[] = [];
    open.forEach((document, i) => {
      const id = this.#documents[document]?.id ?? '';
      const commands = nextCommands(id);
      const status = reply.statuses[i];
      if (status === DONE) {
        this.#outputs[document] = { id, status: 'done', commands };
      } else if (status === FAILED) {
        this.#fail(document, reply.failures[i] ?? UNKNOWN);
      } else {
        this.#note(document, reply.wants[i] ?? []);
        waiting.push(document);
      }
    });
    return waiting;
  }

  #note(document: number, wanted: string[]): void {
    const needs = this.#needs.get(document) ?? new Set();
    for (const id of wanted) needs.add(id);
    this.#needs.set(document, needs);
  }

  async #fetchLoads(): Promise<void> {
    const missing = new Set<string>();
    for (const needs of this.#needs.values())
      for (const id of needs) if (!this.#loaded.has(id)) missing.add(id);
    if (missing.size === 0) return;
    const ids = [...missing];
    const found = await untilAborted(this.#options.load(ids), this.#options.signal);
    ids.forEach((id, i) => this.#loaded.set(id, found[i] ?? null));
  }

  #fail(document: number, failure: RawFailure): void {
    const id = this.#documents[document]?.id ?? '';
    this.#outputs[document] = { id, status: 'failed', failure: describeFailure(this.#script, failure) };
  }
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;

/** By its first and its last sign: what else may be wrong with it costs more to find. */
function looksLikeObject(bytes: Uint8Array): boolean {
  let from = 0;
  let to = bytes.length - 1;
  while (from < to && (bytes[from] ?? 0) <= SPACE) from++;
  while (to > from && (bytes[to] ?? 0) <= SPACE) to--;
  return bytes[from] === OPEN && bytes[to] === CLOSE;
}

const UNKNOWN: RawFailure = { kind: 'crashed', reason: 'the sandbox gave no reason', stack: '' };

function tooManyRounds(rounds: number): RawFailure {
  const reason = `load() calls depend on each other more than ${rounds} deep; load by ids that the document itself names`;
  return { kind: 'thrown', reason, stack: '' };
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
async function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
