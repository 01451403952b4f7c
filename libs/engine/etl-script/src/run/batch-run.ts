import { PoolClosedError, type TurnTaken, WorkerLostError } from '@nestjs-spark/sandbox';
import type { CompiledScript } from '../compile/compile-script.ts';
import { failureWithoutPlace } from '../guest/failure-without-place.ts';
import { DONE, FAILED, type Job, LATER, type Reply, WANTS } from '../guest/messages.ts';
import { type OutputBounds, tooManyAsked } from '../guest/output-budget.ts';
import { packTexts } from '../guest/pack-texts.ts';
import { commandReader } from '../guest/reply-builder.ts';
import type { DocumentLoader, ScriptFailureKind, SendableOutput } from '../types.ts';
import { AskedDocuments } from './asked-documents.ts';
import { readOnTheSpot, suitsTheSpot } from './on-the-spot.ts';
import type { Reach } from './reach.ts';
import type { ScriptWorkerSlots } from './script-worker.ts';
import type { Strikes } from './strikes.ts';
import { untilAborted } from './until-aborted.ts';

/** A document to run the script for; without its content it is one that was deleted. */
export interface BatchDocument {
  id: string;
  collection: string;
  document?: Uint8Array;
}

/** How far one batch may go. */
export interface BatchBounds extends OutputBounds {
  maxLoadRounds: number;
  /** Characters of JSON text; a batch that has made this much ends with the documents that it has come to. */
  batchSize: number;
  /** Time for one document in ms; what a worker that is lost has cost. */
  documentTimeoutMs: number;
}

export interface BatchOptions {
  load: DocumentLoader;
  bounds: BatchBounds;
  strikes: Strikes;
  /** Of the script's turns, from batch to batch. */
  reach: Reach;
  /** Whose time it is. */
  payer: string;
  signal?: AbortSignal | undefined;
}

/**
 * One batch, turn after turn: a worker comes to as many documents as fit its turn, then others have theirs. Documents that
 * ask for others with `load` run again when these are there.
 */
export class BatchRun {
  readonly #script: CompiledScript;
  readonly #slots: ScriptWorkerSlots;
  readonly #documents: BatchDocument[];
  readonly #options: BatchOptions;
  readonly #outputs: SendableOutput[] = [];
  readonly #asked: AskedDocuments;
  readonly #rounds = new Map<number, number>();
  #size = 0;
  #isLarge = false;

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
    this.#asked = new AskedDocuments(options.load, options.signal);
  }

  /** The outcomes of the first documents: all of them, or as many as fill a batch. */
  async finish(): Promise<SendableOutput[]> {
    let waiting = await this.#runThrough([...this.#documents.keys()].filter((one) => this.#isReadable(one)));
    while (waiting.length > 0 && !this.#isFull()) {
      const able = await this.#asked.fetch(waiting);
      const [first] = waiting;
      if (able.length === 0 && first !== undefined) this.#fail(first, 'too-much', TOO_LARGE);
      const again = await this.#runThrough(able);
      const ran = new Set(able.length === 0 ? [first] : able);
      waiting = [...again, ...waiting.filter((one) => !ran.has(one))];
    }
    const gap = this.#documents.findIndex((_, i) => !this.#outputs[i]);
    return gap < 0 ? this.#outputs : this.#outputs.slice(0, gap);
  }

  #isFull(): boolean {
    const { batchSize, turnSize } = this.#options.bounds;
    return this.#size > (this.#isLarge ? turnSize : batchSize) && this.#outputs[0] !== undefined;
  }

  /** What another program wrote need not be a document: a worker that reads it is lost, and the next takes a while to start. */
  #isReadable(document: number): boolean {
    const bytes = this.#documents[document]?.document;
    if (bytes === undefined || looksLikeObject(bytes)) return true;
    this.#fail(document, 'thrown', 'the document is not a JSON object');
    return false;
  }

  /** Runs these documents as far as the batch may go, and answers which of them need others first. */
  async #runThrough(documents: readonly number[]): Promise<number[]> {
    const waiting: number[] = [];
    let left = documents;
    while (left.length > 0 && !this.#isFull()) {
      const first = this.#firstOf(left);
      const { wanting, later } = await this.#turn(first);
      waiting.push(...wanting);
      left = [...later, ...left.slice(first.length)];
    }
    return waiting;
  }

  /** As many as go to a worker at once. */
  #firstOf(documents: readonly number[]): readonly number[] {
    const most = this.#options.reach.documents;
    let bytes = 0;
    const end = documents.findIndex((document, i) => {
      bytes += this.#documents[document]?.document?.byteLength ?? 0;
      return i > 0 && (i >= most || bytes > BYTES_AT_ONCE);
    });
    return end < 0 ? documents : documents.slice(0, end);
  }

  async #turn(open: readonly number[]): Promise<{ wanting: number[]; later: number[] }> {
    try {
      return this.#take(open, this.#readOnTheSpot(open) ?? (await this.#runOnWorker(open)));
    } catch (error) {
      if (this.#slots.isClosed) throw new PoolClosedError();
      if (!(error instanceof WorkerLostError)) throw error;
      const [first, ...others] = open;
      if (first === undefined || others.length === 0) {
        if (first !== undefined) this.#fail(first, error.kind, error.message);
        return { wanting: [], later: [] };
      }
      // The worker cannot say any more which document it was: alone, each shows itself.
      const wanting: number[] = [];
      for (const document of open) wanting.push(...(await this.#runThrough([document])));
      return { wanting, later: [] };
    }
  }

  #readOnTheSpot(open: readonly number[]): Reply | null {
    const suits = !this.#slots.isClosed && suitsTheSpot(this.#script, this.#documents);
    return suits ? readOnTheSpot(this.#script, this.#job(open, false)) : null;
  }

  async #runOnWorker(open: readonly number[]): Promise<Reply> {
    const { signal, payer, bounds } = this.#options;
    const worker = await this.#slots.take({ program: this.#script, payer, signal });
    const isNew = worker.program !== this.#script;
    worker.program = this.#script;
    let turn: TurnTaken = { spoiled: true, slow: true, ms: bounds.documentTimeoutMs, openingMs: 0 };
    const running = worker
      .run(this.#job(open, isNew))
      .then((reply) => {
        const { spoiled, ms, openingMs } = reply;
        const slow = ms > SLOW_MS && reply.statuses.includes(LATER);
        const large = isLarge(reply, bounds);
        if (large) this.#isLarge = true;
        turn = { spoiled, ms, openingMs, slow, large };
        return reply;
      })
      .finally(() => this.#slots.giveBack(worker, turn));
    return untilAborted(running, signal);
  }

  #job(open: readonly number[], isNew: boolean): Job {
    const documents = open.map((i) => this.#documents[i] as BatchDocument);
    return {
      ...(isNew && { script: this.#script }),
      bounds: this.#options.bounds,
      ids: documents.map(({ id }) => id),
      collections: documents.map(({ collection }) => collection),
      ...(documents[0]?.document && { documents: packTexts(documents.map((own) => own.document ?? null)) }),
      ...this.#asked.jobFor(open),
    };
  }

  #take(open: readonly number[], reply: Reply): { wanting: number[]; later: number[] } {
    const nextCommands = commandReader(reply);
    const wanting: number[] = [];
    const later: number[] = [];
    this.#size += reply.size;
    open.forEach((document, i) => {
      const id = this.#documents[document]?.id ?? '';
      const commands = nextCommands(id);
      const status = reply.statuses[i];
      if (status === DONE) this.#settle(document, { id, status: 'done', commands });
      else if (status === LATER) later.push(document);
      else if (status === WANTS && this.#mayAsk(document, reply.wants[i] ?? [])) wanting.push(document);
      else if (status === FAILED) {
        const failure = reply.failures[i] ?? failureWithoutPlace(this.#script.name, 'crashed', NO_REASON);
        this.#settle(document, { id, status: 'failed', failure });
      }
    });
    this.#options.reach.came(open.length - later.length, open.length);
    return { wanting, later };
  }

  /** Notes what the document asks for; when that is too much, it has failed. */
  #mayAsk(document: number, ids: readonly string[]): boolean {
    const { maxLoadRounds, documentAsks } = this.#options.bounds;
    const round = (this.#rounds.get(document) ?? 0) + 1;
    this.#rounds.set(document, round);
    const count = this.#asked.ask(document, ids);
    if (round > maxLoadRounds) this.#fail(document, 'thrown', tooManyRounds(maxLoadRounds));
    else if (count > documentAsks) this.#fail(document, 'too-much', tooManyAsked(this.#options.bounds));
    else return true;
    return false;
  }

  #fail(document: number, kind: ScriptFailureKind, reason: string): void {
    const id = this.#documents[document]?.id ?? '';
    const failure = failureWithoutPlace(this.#script.name, kind, reason);
    this.#settle(document, { id, status: 'failed', failure });
  }

  #settle(document: number, output: SendableOutput): void {
    this.#outputs[document] = output;
    this.#options.strikes.note(output);
  }
}

/** Of documents that go to a worker together. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** A turn that took less than this is not slow, even if it ended early. */
const SLOW_MS = 100;

const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;

/** A turn ends at its size: only documents that make much more of themselves go far beyond it. */
function isLarge({ wantsMemory, size }: Reply, { turnSize }: BatchBounds): boolean {
  return wantsMemory || size > 2 * turnSize;
}

/** By its first and its last sign: what else may be wrong with it costs more to find. */
function looksLikeObject(bytes: Uint8Array): boolean {
  let from = 0;
  let to = bytes.length - 1;
  while (from < to && (bytes[from] ?? 0) <= SPACE) from++;
  while (to > from && (bytes[to] ?? 0) <= SPACE) to--;
  return bytes[from] === OPEN && bytes[to] === CLOSE;
}

const NO_REASON = 'the sandbox gave no reason';
const TOO_LARGE = 'the documents that it asks for with load() are too large together';

function tooManyRounds(rounds: number): string {
  return `load() calls depend on each other more than ${rounds} deep; load by ids that the document itself names`;
}
