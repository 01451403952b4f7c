import { EventEmitter } from 'node:events';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { endsWithin, keepRunning } from '@nestjs-spark/foundation/internal';
import { evolve } from '../aggregate/evolve.ts';
import { EMPTY, type PipelineState } from '../aggregate/state.ts';
import { keyText, type EventJournal, type JournalEntry, type PipelineKey } from '../store/ports.ts';

export interface Projected {
  key: PipelineKey;
  state: PipelineState;
  /** The position of its last event. */
  position: number;
}

/** The journal, as far as it is read here. */
export type ReadJournal = Pick<EventJournal, 'follow' | 'last' | 'origin'>;

const WAIT_MS = 2_000;

/** The state of all pipelines, built by this process from the journal. */
export class PipelinesProjection {
  readonly #journal: ReadJournal;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #news = new EventEmitter().setMaxListeners(0);
  #pipelines = new Map<string, Projected>();
  #position = 0;
  /** The journal that was followed last. */
  #origin: string | null = null;

  constructor(journal: ReadJournal, log: Logger) {
    this.#journal = journal;
    this.#log = log;
  }

  get position(): number {
    return this.#position;
  }

  /**
   * Starts following the journal.
   * @param onForgotten called when it is another one than before, or an older state of it: then it is read from its beginning
   */
  start(onForgotten: () => void = () => undefined): void {
    void keepRunning(() => this.#follow(onForgotten), {
      signal: this.#closing.signal,
      onFailure: (error) => this.#log.warn(`The journal is not followed: ${describeError(error)}`),
    });
  }

  get(key: PipelineKey): Projected | null {
    return this.#pipelines.get(keyText(key)) ?? null;
  }

  list(): Projected[] {
    return [...this.#pipelines.values()];
  }

  /** Calls back for each pipeline that has changed. @returns a function that unsubscribes */
  listen(listener: (key: PipelineKey) => void): () => void {
    this.#news.on('changed', listener);
    return () => void this.#news.off('changed', listener);
  }

  /** Resolves once the journal was read up to a position, or after two seconds: then the projection may be slightly out of date. */
  async reached(position: number): Promise<boolean> {
    if (this.#position >= position) return true;
    const arrived = Promise.withResolvers<void>();
    const look = () => {
      if (this.#position >= position) arrived.resolve();
    };
    this.#news.on('position', look);
    await endsWithin(arrived.promise, WAIT_MS);
    this.#news.off('position', look);
    return this.#position >= position;
  }

  /** Rebuilds it beside the live one, and swaps them. */
  async rebuild(): Promise<void> {
    const built = new Map<string, Projected>();
    const until = await this.#journal.last();
    const done = new AbortController();
    if (until > 0)
      for await (const entry of this.#journal.follow(0, done.signal, (position) => {
        if (position >= until) done.abort();
      })) {
        apply(built, entry);
        if (entry.position >= until) break;
      }
    done.abort();
    // Events that arrived meanwhile are only in the live one.
    for (const [text, projected] of this.#pipelines)
      if (projected.position > until) built.set(text, projected);
    this.#pipelines = built;
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(onForgotten: () => void): Promise<void> {
    const [origin, last] = await Promise.all([this.#journal.origin(), this.#journal.last()]);
    // A journal that was restored from a backup has the name of the one that was read.
    const isOther = this.#origin !== null && (this.#origin !== origin || last < this.#position);
    if (isOther) this.#forget();
    if (isOther) onForgotten();
    this.#origin = origin;
    const at = (position: number) => {
      this.#position = position;
      this.#news.emit('position');
    };
    for await (const entry of this.#journal.follow(this.#position, this.#closing.signal, at)) {
      apply(this.#pipelines, entry);
      at(entry.position);
      this.#news.emit('changed', keyOf(entry.event));
    }
  }

  /** The journal is another one, or an older state: what was read is not in it, and its positions come again. */
  #forget(): void {
    const gone = this.list();
    this.#pipelines = new Map();
    this.#position = 0;
    if (gone.length > 0)
      this.#log.warn(
        `The journal was created again or restored, and is read from its beginning. Pipelines known so far: ${gone.map(({ key }) => key.pipelineId).join(', ')}. Create again what is not in it; the sinks still have their checkpoints.`,
      );
    for (const { key } of gone) this.#news.emit('changed', key);
  }
}

function keyOf({ tenant, pipelineId }: PipelineKey): PipelineKey {
  return { tenant, pipelineId };
}

function apply(pipelines: Map<string, Projected>, { position, event }: JournalEntry): void {
  const text = keyText(event);
  const before = pipelines.get(text);
  if (before && before.position >= position) return;
  const state = evolve(before?.state ?? EMPTY, event);
  pipelines.set(text, { key: keyOf(event), state, position });
}
