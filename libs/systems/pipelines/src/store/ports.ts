import type { StateStore, Versioned } from '@nestjs-spark/contracts/internal';
import type { BatchEvent, BatchPlanned, BatchProcessed, PipelineEvent } from '../aggregate/events.ts';
import type { Position } from '../batch/batch.ts';

/** Identifies a pipeline. */
export interface PipelineKey {
  tenant: string;
  pipelineId: string;
}

/** The tenant of callers that are not confined to one. */
export const DEFAULT_TENANT = 'default';

export const keyText = ({ tenant, pipelineId }: PipelineKey): string => `${tenant}/${pipelineId}`;

/** An event with its position among those of all pipelines. */
export interface JournalEntry {
  /** Grows across all pipelines, with gaps. */
  position: number;
  event: PipelineEvent;
}

/** The journal of all pipelines. */
export interface EventJournal {
  /** The events of one pipeline, in order. */
  load(key: PipelineKey): Promise<JournalEntry[]>;
  /**
   * Appends all events or none.
   * @param after the position of the pipeline's last known event; 0 if it has none
   * @returns the position of the last one
   * @throws {FencedError} if the pipeline has later events: load it again, or stop, because another process owns it
   */
  append(key: PipelineKey, events: readonly PipelineEvent[], after: number): Promise<number>;
  /** The position of the latest event of all. */
  last(): Promise<number>;
  /** Names this journal: one that has taken the place of a lost one has another name, and positions of its own. */
  origin(): Promise<string>;
  /**
   * All events after a position, followed by new ones until aborted.
   * @param onSkipped called for positions without an event: they count as read, and there is nothing to wait for
   * @throws {UnavailableError} if interrupted: call it again
   */
  follow(
    after: number,
    signal: AbortSignal,
    onSkipped?: (position: number) => void,
  ): AsyncGenerator<JournalEntry>;
}

/** The lane of the records; replayed letters have another. */
export const RECORDS_LANE = 0;

/** The progress of one lane of a pipeline. */
export interface LaneState {
  generation: number;
  epoch: number;
  /** Where the generation started. */
  startsAt: Position;
  /** Drawn when the generation began; absent in lanes of replayed letters, and until a lane of an earlier version is opened. */
  incarnation?: string;
  planned: BatchPlanned | null;
  processed: BatchProcessed | null;
}

/** The last batch that may have been written; 0: none. */
export const lastBatchOf = (lane: LaneState | null): number =>
  Math.max(lane?.planned?.n ?? 0, lane?.processed?.n ?? 0);

/** A lane as read; a write based on another version is refused. */
export interface KeptLane {
  state: LaneState | null;
  version: string | null;
}

/** How many batch events are kept per lane. */
export const BATCHES_KEPT = 4_096;

/** A batch event with its position among those of all pipelines. */
export interface BatchEntry {
  /** Grows across all pipelines, with gaps. Unrelated to journal positions. */
  position: number;
  event: BatchEvent;
}

/** The progress of the lanes of all pipelines, and the last `BATCHES_KEPT` batch events of each. */
export interface LaneLog {
  read(key: PipelineKey, lane: number): Promise<KeptLane>;
  /** @throws {FencedError} if another process has written it since `before` was read */
  write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane>;
  /** The position of the latest batch event, or one after it. */
  lastBatch(): Promise<number>;
  /** The batch events of a pipeline after a position, in order. */
  batches(key: PipelineKey, after: number): Promise<BatchEntry[]>;
  /**
   * Batch events after a position, or the last one of each lane, followed by new ones until aborted.
   * @param key restricts it to this pipeline
   * @throws {UnavailableError} if interrupted: call it again
   */
  follow(from: number | 'last-of-each', signal: AbortSignal, key?: PipelineKey): AsyncGenerator<BatchEntry>;
}

/** The latest value that each pipeline's owner has published. Losing some does no harm. */
export interface StatusBoard<T> {
  put(key: PipelineKey, status: T): void;
  get(key: PipelineKey): T | null;
  /** Calls back for every value that arrives. @returns a function that unsubscribes */
  listen(listener: (key: PipelineKey, status: T) => void): () => void;
  close(): Promise<void>;
}

/** A store for possibly many documents. */
export interface PagedState extends StateStore {
  /**
   * A page of the documents whose id starts with `prefix`, in the order of their last write, and how many there are in all.
   * @param prefix ends with a slash
   */
  page<T extends object>(
    prefix: string,
    skip: number,
    take: number,
  ): Promise<{ documents: Versioned<T>[]; total: number }>;
}

/** The storage of pipelines: embedded in a SQLite file, or in JetStream for all nodes of a cluster. */
export interface PipelineStore {
  readonly mode: 'embedded' | 'cluster';
  readonly journal: EventJournal;
  readonly lanes: LaneLog;
  /** Dead letters. */
  readonly letters: PagedState;
  close(): Promise<void>;
}
