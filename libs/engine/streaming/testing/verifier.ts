import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE, ravenKey } from '@nestjs-spark/contracts/internal';
import { taskName, UnavailableError } from '@nestjs-spark/contracts';
import type { MemoryCopy } from '@nestjs-spark/testing';
import type { Pace } from '../src/task/pace.ts';
import { Expectations } from '../src/verify/expectations.ts';
import { TaskVerify, type VerifySchedule } from '../src/verify/task-verify.ts';
import { VerifyRecords, type VerifyRecord } from '../src/verify/verify-record.ts';
import { QUICK, SILENT, TASK, type Simulation } from './simulation.ts';

export const CORRUPTIONS = ['deleted', 'changed', 'of-another', 'too-new', 'ghost', 'twin'] as const;

type CorruptionKind = (typeof CORRUPTIONS)[number];

/** Someone who modifies the requester's database behind the engine's back, and the comparison that finds it. */
export class Verifier {
  readonly #simulation: Simulation;
  readonly #records: VerifyRecords;
  readonly #schedule: VerifySchedule | null;
  readonly #pace: Pace;
  #unit: TaskVerify | null = null;
  /** The single documents that the owner was asked about. */
  readonly asked: string[] = [];
  /** Copies that were looked up by id. */
  readonly lookedUp: string[] = [];
  /** Called before the owner answers for documents; if it throws, the requester receives that error. */
  beforeAnswer: (signal: AbortSignal) => void | Promise<void> = () => {};
  #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(simulation: Simulation, schedule: VerifySchedule | null = null, pace: Partial<Pace> = {}) {
    this.#pace = { ...QUICK, ...pace };
    this.#simulation = simulation;
    this.#schedule = schedule;
    this.#records = new VerifyRecords(simulation.kept);
    this.#start();
  }

  /** Corrupts one of the copies, if there is one. */
  corrupt(kind: CorruptionKind, pick: number): void {
    const { target } = this.#simulation;
    const all = [...target.documents.values()];
    const copy = all[pick % all.length];
    if (!copy) return;
    const { id } = copy;
    switch (kind) {
      case 'deleted':
        return target.remove(id);
      case 'changed':
        return this.#write(id, { ...copy, fields: { ...copy.fields, V: 'corrupted' } });
      case 'of-another':
        return this.#write(id, { ...copy, source: 'Fleet/cars/nobody' });
      case 'too-new':
        return this.#write(id, { ...copy, etag: 2 ** 50 });
      case 'ghost':
        return this.#write(`ghosts/${pick}`, { ...copy, source: `Fleet/ghosts/${pick}` });
      case 'twin':
        return this.#write(`${id}/twin`, copy);
    }
  }

  /** The instance that compares dies, and another one takes over. */
  async kill(): Promise<void> {
    await this.stop();
    this.#start();
  }

  async begin(repair = true): Promise<void> {
    await this.#records.begin(taskName(TASK), { depth: 'content', repair });
    this.#unit?.asked();
  }

  async report(): Promise<VerifyRecord | null> {
    return (await this.#records.read(taskName(TASK)))?.value ?? null;
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  #start(): void {
    this.#ended = new AbortController();
    const { source, scripts, directory, target } = this.#simulation;
    const expectations = new Expectations({ source, scripts, directory });
    const { signal } = this.#ended;
    const unit = new TaskVerify(
      { key: TASK, collection: 'Cars', fingerprint: this.#simulation.script },
      {
        sink: target,
        database: { ids: 'ravendb', load: async (ids) => ids.map((id) => this.#load(id)) },
        source: {
          page: async (task, from, depth, given) =>
            required(await expectations.page(task, from, depth, given)),
          // As with a slow script: an owner answers for some of them at a time.
          documents: async (task, ids, given) => {
            this.asked.push(...ids);
            await this.beforeAnswer(given);
            const some = ids.slice(0, Math.ceil(ids.length / 2));
            return required(await expectations.documents(task, some, given));
          },
        },
        inquiry: {
          ask: async () => ({ sourceEtag: await this.#simulation.flush() }),
          sendAgain: (_, documents) => this.#simulation.askRerun([...documents]),
        },
        records: this.#records,
        logger: SILENT,
        schedule: this.#schedule,
        pace: this.#pace,
      },
    );
    this.#unit = unit;
    this.#running = unit.run(signal);
  }

  #load(id: string): { id: string; collection: string; copyOf: string | null; json: Buffer } | null {
    this.lookedUp.push(id);
    const found = this.#simulation.target.documents.get(ravenKey(id));
    return found
      ? { id, collection: found.collection, copyOf: found.source, json: Buffer.from(found.text) }
      : null;
  }

  #write(id: string, { fields, source, etag, generation }: MemoryCopy): void {
    const { target } = this.#simulation;
    const marks = { [COPY_SOURCE]: source ?? '', [COPY_GENERATION]: generation ?? '' };
    const text = JSON.stringify(fields);
    target.writeText(id, text, { ...marks, [COPY_ETAG]: String(etag) });
    const written = target.documents.get(ravenKey(id));
    if (!written) return;
    // Unlike other metadata, an etag is a number.
    written.text = written.text.replace(`"${COPY_ETAG}":"${etag}"`, `"${COPY_ETAG}":${etag}`);
    written.etag = etag;
  }
}

function required<T>(answer: T | null): T {
  if (answer === null) throw new UnavailableError('the owner has no such task');
  return answer;
}
