import { EventEmitter, once } from 'node:events';
import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import type { BatchEvent } from '../aggregate/events.ts';
import { batchEventOf } from './batch-event.ts';
import { FencedError } from '../connect/ports.ts';
import {
  BATCHES_KEPT,
  type BatchEntry,
  type KeptLane,
  type LaneLog,
  type LaneState,
  type PipelineKey,
} from './ports.ts';

const COLLECTION = 'SparkPipelines';
const LANES = 'sparkPipelines/lanes/';
const BATCHES = 'sparkPipelines/batches/';
/** The most events that wait for a reader. */
const MOST_WAITING = 4_096;

interface LaneDocument extends LaneState {
  /** How many of its batch events were stored, and the position of the last one. */
  logged?: { count: number; position: number };
}

/**
 * Lanes in a state store, one document each, with their latest batch events in documents that are reused. For one process: a second one
 * is refused by the version of the lane.
 */
export class StateLanes implements LaneLog {
  readonly #store: StateStore;
  readonly #news = new EventEmitter().setMaxListeners(0);
  /** The position of the latest event of all. */
  #last: Promise<number> | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(store: StateStore) {
    this.#store = store;
  }

  async read(key: PipelineKey, lane: number): Promise<KeptLane> {
    const kept = await this.#store.read<LaneDocument>(idOf(LANES, key, lane));
    return { state: kept?.value ?? null, version: kept?.version ?? null };
  }

  async write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane> {
    const event = batchEventOf(key, lane, state, before.state);
    const write = () => this.#write(key, lane, state, before, event);
    if (!event) return write();
    // Sequential, so that positions are read in order.
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(
    key: PipelineKey,
    lane: number,
    state: LaneState,
    before: KeptLane,
    event: BatchEvent | null,
  ): Promise<KeptLane> {
    const { logged = { count: 0, position: 0 } } = (before.state ?? {}) as Partial<LaneDocument>;
    const position = event ? (await this.lastBatch()) + 1 : logged.position;
    const value = { ...state, logged: { count: logged.count + (event ? 1 : 0), position } };
    const entry = event && { position, event };
    const slot = `${idOf(BATCHES, key, lane)}/${logged.count % BATCHES_KEPT}`;
    const kept = entry ? [{ id: slot, collection: COLLECTION, value: entry }] : [];
    const last = { id: idOf(LANES, key, lane), collection: COLLECTION, value, expected: before.version };
    try {
      const version = await this.#store.writeTogether(kept, last);
      if (entry) {
        this.#last = Promise.resolve(position);
        this.#news.emit('batch', entry);
      }
      return { state: value, version };
    } catch (error) {
      if (error instanceof VersionConflictError) throw new FencedError(null);
      throw error;
    }
  }

  lastBatch(): Promise<number> {
    this.#last ??= this.#store
      .list<LaneDocument>(LANES)
      .then((lanes) => Math.max(0, ...lanes.map(({ value }) => value.logged?.position ?? 0)))
      .catch((error: unknown) => {
        this.#last = null;
        throw error;
      });
    return this.#last;
  }

  async batches(key: PipelineKey, after: number): Promise<BatchEntry[]> {
    return this.#stored(`${BATCHES}${pathOf(key)}/`, after);
  }

  async *follow(
    from: number | 'last-of-each',
    signal: AbortSignal,
    key?: PipelineKey,
  ): AsyncGenerator<BatchEntry> {
    // Nothing is kept for a reader that is behind, whether at first or because it reads too slowly: the store has it.
    let news = null as BatchEntry[] | null;
    const hear = (entry: BatchEntry) => {
      if (!news || (key && pathOf(entry.event) !== pathOf(key))) return;
      if (news.push(entry) > MOST_WAITING) news = null;
    };
    this.#news.on('batch', hear);
    try {
      let at = from === 'last-of-each' ? 0 : from;
      let isFirst = true;
      while (!signal.aborted) {
        let next = news;
        news = [];
        if (!next) {
          next = await this.#after(at, key);
          if (isFirst && from === 'last-of-each') next = lastOfEach(next);
        } else if (next.length === 0) await once(this.#news, 'batch', { signal }).catch(() => undefined);
        isFirst = false;
        for (const entry of next) {
          if (signal.aborted) return;
          if (entry.position <= at) continue;
          at = entry.position;
          yield entry;
        }
      }
    } finally {
      this.#news.off('batch', hear);
    }
  }

  async #after(at: number, key: PipelineKey | undefined): Promise<BatchEntry[]> {
    const isMore = at < (await this.lastBatch());
    return isMore ? this.#stored(`${BATCHES}${key ? `${pathOf(key)}/` : ''}`, at) : [];
  }

  async #stored(prefix: string, after: number): Promise<BatchEntry[]> {
    const kept = await this.#store.list<BatchEntry>(prefix);
    return kept
      .map(({ value }) => value)
      .filter(({ position }) => position > after)
      .toSorted((one, other) => one.position - other.position);
  }
}

function lastOfEach(entries: readonly BatchEntry[]): BatchEntry[] {
  const last = new Map(entries.map((entry) => [`${pathOf(entry.event)}/${entry.event.data.lane}`, entry]));
  return [...last.values()].toSorted((one, other) => one.position - other.position);
}

const pathOf = ({ tenant, pipelineId }: PipelineKey): string => `${encodeURIComponent(tenant)}/${pipelineId}`;
const idOf = (prefix: string, key: PipelineKey, lane: number): string => `${prefix}${pathOf(key)}/${lane}`;
