import { SandboxBrokenError } from '@nestjs-spark/sandbox';
import { ravenKey } from '@nestjs-spark/contracts/text';
import { messageOf } from '@nestjs-spark/foundation/text';
import { commandsForDelete, commandsForUpdate, type ScriptLoad } from '../commands/commands-for.ts';
import type { CompiledScript } from '../compile/compile-script.ts';
import { cutFields } from '../json/cut-fields.ts';
import { readLastModified } from '../json/read-last-modified.ts';
import type { ScriptFailure } from '../types.ts';
import { behaviorFor } from '../validate/find-behaviors.ts';
import { ExtrasCollector } from '../extras/collect-extras.ts';
import { describeFailure } from './describe-failure.ts';
import { failureWithoutPlace } from './failure-without-place.ts';
import { LoadReader, type LoadSource } from './load-reader.ts';
import type { Job, RawFailure, Reply } from './messages.ts';
import { OutputBudget, TooMuchOutputError } from './output-budget.ts';
import { unpackTexts } from './pack-texts.ts';
import { readJob } from './read-job.ts';
import { ReplyBuilder } from './reply-builder.ts';
import { TURN_MS } from './turn.ts';

// Large enough to make crossing cheap, small enough that a batch of parsed documents fits the sandbox many times over.
const CHUNK_CHARACTERS = 256 * 1024;
const CHUNK_DOCUMENTS = 512;

/** The sandbox as a job needs it: it can be reopened after it broke. */
export interface SandboxKeeper {
  run(batch: string): string;
  /** Replaces a sandbox that broke. */
  renew(): Promise<void>;
  /** Signals that the worker makes progress. */
  beat(): void;
}

/**
 * Runs one job. Unless it is a projection: cut the fields, run the script, turn the loads into commands. A document that breaks
 * the sandbox is set aside.
 */
export async function runJob(script: CompiledScript, job: Job, sandbox: SandboxKeeper): Promise<Reply> {
  const read = readJob(script, job, () => sandbox.beat());
  if (read) return read;
  const work = new JobRun(script, job, sandbox);
  for (const chunk of work.chunks()) await work.run(chunk);
  return work.reply.build();
}

class JobRun {
  readonly reply: ReplyBuilder;
  readonly #reader: LoadReader;
  readonly #script: CompiledScript;
  readonly #job: Job;
  readonly #sandbox: SandboxKeeper;
  readonly #documents: (string | null)[];
  readonly #given: string[];
  readonly #loads: (string | null)[];
  readonly #behaviors: number[];
  readonly #extras: ExtrasCollector | null;
  readonly #began = performance.now();

  constructor(script: CompiledScript, job: Job, sandbox: SandboxKeeper) {
    this.#script = script;
    this.#reader = new LoadReader(script);
    this.#job = job;
    this.#sandbox = sandbox;
    this.reply = new ReplyBuilder(job.ids);
    this.#extras = script.extras && new ExtrasCollector(script.extras);
    this.#documents = job.documents ? unpackTexts(job.documents) : [];
    const wanted = script.fields && new Set(script.fields);
    this.#given = this.#documents.map((text) =>
      wanted && !script.passesThrough ? cutFields(text ?? '{}', wanted) : (text ?? '{}'),
    );
    this.#loads = job.loads ? unpackTexts(job.loads) : [];
    this.#behaviors = job.collections.map((collection) => {
      const name = behaviorFor(script.deleteBehaviors, collection);
      return name === undefined ? -1 : script.deleteBehaviors.indexOf(name);
    });
  }

  *chunks(): Generator<number[]> {
    let chunk: number[] = [];
    let size = 0;
    for (let i = 0; i < this.#job.ids.length; i++) {
      const needed = (this.#job.needs?.[i] ?? []).reduce(
        (sum, load) => sum + (this.#loads[load]?.length ?? 0),
        0,
      );
      const length = (this.#given[i]?.length ?? 0) + needed;
      if (chunk.length >= CHUNK_DOCUMENTS || (chunk.length > 0 && size + length > CHUNK_CHARACTERS)) {
        yield chunk;
        chunk = [];
        size = 0;
      }
      chunk.push(i);
      size += length;
    }
    if (chunk.length > 0) yield chunk;
  }

  /** Runs documents together; when one breaks the sandbox, identifies it and runs the rest without it. */
  async run(documents: number[]): Promise<void> {
    if (documents.length === 0 || this.#isOver()) return;
    this.#sandbox.beat();
    try {
      const taken = this.#take(documents, this.#sandbox.run(this.#batch(documents)));
      await this.run(documents.slice(taken));
    } catch (error) {
      if (!(error instanceof SandboxBrokenError)) throw error;
      if (error.kind !== 'timeout') this.reply.spoiled = true;
      await this.#sandbox.renew();
      const guilty = documents[error.at];
      if (documents.length === 1 || (error.kind === 'timeout' && guilty !== undefined)) {
        const failure = failureWithoutPlace(this.#script.name, error.kind, error.message);
        this.reply.failed(guilty ?? documents[0] ?? 0, failure);
        await this.run(documents.filter((document) => document !== guilty && documents.length > 1));
      } else if (guilty !== undefined) {
        await this.run([guilty]);
        await this.run(documents.filter((document) => document !== guilty));
      } else {
        await this.run(documents.slice(0, documents.length >> 1));
        await this.run(documents.slice(documents.length >> 1));
      }
    }
  }

  /** A job always processes at least one document. */
  #isOver(): boolean {
    if (this.reply.settled === 0) return false;
    return this.reply.size > this.#job.bounds.turnSize || performance.now() - this.#began > TURN_MS;
  }

  #batch(documents: number[]): string {
    const pick = <T>(from: readonly T[]) => documents.map((i) => from[i] as T);
    // RavenDB only knows the keys of deleted documents.
    const ids = this.#job.documents ? pick(this.#job.ids) : pick(this.#job.ids).map(ravenKey);
    const sizes = JSON.stringify(documents.map((i) => this.#documents[i]?.length ?? 0));
    const parts = [`"ids":${JSON.stringify(ids)}`, `"sizes":${sizes}`, `"loads":${this.#loadsOf(documents)}`];
    if (this.#job.documents) parts.push(`"documents":[${pick(this.#given).join(',')}]`);
    if (this.#script.readsClock && this.#job.documents) {
      parts.push(
        `"times":${JSON.stringify(pick(this.#documents).map((text) => readLastModified(text ?? '{}')))}`,
      );
    }
    if (this.#script.deleteBehaviors.length > 0) {
      const collections = JSON.stringify(pick(this.#job.collections));
      parts.push(
        `"behaviors":${JSON.stringify(pick(this.#behaviors))},"collections":${collections},"deleted":${!this.#job.documents}`,
      );
    }
    return `{${parts.join(',')}}`;
  }

  #loadsOf(documents: number[]): string {
    const needed = new Set(documents.flatMap((i) => this.#job.needs?.[i] ?? []));
    const members = [...needed].map(
      (load) => `${JSON.stringify(this.#job.loads?.ids[load])}:${JSON.stringify(this.#loads[load] ?? null)}`,
    );
    return `{${members.join(',')}}`;
  }

  /** @returns how many documents the answer covers */
  #take(documents: number[], answer: string): number {
    let next = 0;
    let loads: ScriptLoad[] = [];
    let mayDelete = true;
    let invalid: ScriptFailure | undefined;
    let source: LoadSource | undefined;
    let budget: OutputBudget | undefined;
    for (const line of answer.split('\n')) {
      const document = documents[next] ?? -1;
      const kind = line.charCodeAt(0);
      if (LoadReader.reads(kind)) {
        if (invalid) continue;
        source ??= this.#sourceOf(document);
        budget ??= new OutputBudget(this.#job.bounds, source.text.length);
        try {
          const load = this.#reader.read(line, source);
          budget.take(load);
          loads.push(load);
        } catch (error) {
          const kindOf = error instanceof TooMuchOutputError ? 'too-much' : 'invalid-output';
          invalid = failureWithoutPlace(this.#script.name, kindOf, messageOf(error));
          loads = [];
        }
        continue;
      }
      if (kind === 43) {
        this.#extras?.add(line.slice(1));
        continue;
      }
      if (kind === 98) {
        mayDelete = line === 'b1';
        continue;
      }
      next++;
      if (kind === 102) this.reply.failed(document, describeFailure(this.#script, rawFailure(line)));
      else if (kind === 119) this.reply.wants(document, JSON.parse(line.slice(1)) as string[]);
      else if (invalid) this.reply.failed(document, invalid);
      else this.reply.done(document, this.#commands(document, this.#withExtras(document, loads), mayDelete));
      this.#extras?.clear();
      loads = [];
      mayDelete = true;
      invalid = undefined;
      source = undefined;
      budget = undefined;
    }
    return next;
  }

  #withExtras(document: number, loads: ScriptLoad[]): ScriptLoad[] {
    if (!this.#extras) return loads;
    const collection = this.#job.collections[document] ?? '';
    const extras = this.#extras.take(loads, collection, this.#documents[document] ?? '{}');
    return loads.map((load, i) => ({ ...load, extras: extras[i] }));
  }

  #commands(document: number, loads: ScriptLoad[], mayDelete: boolean) {
    const source = { id: this.#job.ids[document] ?? '', collection: this.#job.collections[document] ?? '' };
    return this.#job.documents
      ? commandsForUpdate(source, this.#script.targets, loads, mayDelete)
      : commandsForDelete(source, this.#script.targets, mayDelete);
  }

  #sourceOf(document: number): LoadSource {
    const loaded = (this.#job.needs?.[document] ?? []).map((load) => this.#loads[load] ?? '{}');
    return {
      id: this.#job.ids[document] ?? '',
      text: this.#documents[document] ?? '{}',
      given: [this.#given[document] ?? '{}', ...loaded],
    };
  }
}

function rawFailure(line: string): RawFailure {
  return JSON.parse(line.slice(1)) as RawFailure;
}
