import { once, EventEmitter } from 'node:events';
import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import type { PipelineEvent } from '../aggregate/events.ts';
import { FencedError } from '../connect/ports.ts';
import { keyText, type EventJournal, type JournalEntry, type PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';
const PREFIX = 'sparkPipelines/journal/';
const DIGITS = 12;

/** The journal of one process, in a state store and in memory. A second process on the same store is fenced by its first event. */
export class StateJournal implements EventJournal {
  readonly #store: StateStore;
  readonly #news = new EventEmitter().setMaxListeners(0);
  #entries: Promise<JournalEntry[]> | null = null;

  constructor(store: StateStore) {
    this.#store = store;
  }

  async load(key: PipelineKey): Promise<JournalEntry[]> {
    const text = keyText(key);
    return (await this.#all()).filter(({ event }) => keyText(event) === text);
  }

  async append(key: PipelineKey, events: readonly PipelineEvent[], after: number): Promise<number> {
    const all = await this.#all();
    const known = (await this.load(key)).at(-1)?.position ?? 0;
    if (known !== after) throw new FencedError(null, `${keyText(key)} was changed meanwhile`);
    const base = all.at(-1)?.position ?? 0;
    const writes = events.map((value, at) => ({
      id: `${PREFIX}${String(base + at + 1).padStart(DIGITS, '0')}`,
      collection: COLLECTION,
      value,
    }));
    const last = writes.pop();
    if (!last) return after;
    try {
      // The first write wins: a second process would use the same ids.
      await this.#store.writeTogether(writes, { ...last, expected: null });
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      this.#entries = null;
      throw new FencedError(null, 'Another process writes to the same store');
    }
    all.push(...events.map((event, at) => ({ position: base + at + 1, event })));
    this.#news.emit('event');
    return base + events.length;
  }

  async last(): Promise<number> {
    return (await this.#all()).at(-1)?.position ?? 0;
  }

  /** A process has opened its store, which cannot be replaced meanwhile. */
  origin(): Promise<string> {
    return Promise.resolve(COLLECTION);
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<JournalEntry> {
    let at = after;
    while (!signal.aborted) {
      const all = await this.#all();
      const next = all.slice(all.findLastIndex(({ position }) => position <= at) + 1);
      if (next.length === 0) await once(this.#news, 'event', { signal }).catch(() => undefined);
      for (const entry of next) {
        if (signal.aborted) return;
        at = entry.position;
        yield entry;
      }
    }
  }

  #all(): Promise<JournalEntry[]> {
    this.#entries ??= this.#store
      .list<PipelineEvent>(PREFIX)
      .then((stored) =>
        stored
          .map(({ id, value }) => ({ position: Number(id.slice(PREFIX.length)), event: value }))
          .toSorted((one, other) => one.position - other.position),
      )
      .catch((error: unknown) => {
        this.#entries = null;
        throw error;
      });
    return this.#entries;
  }
}
