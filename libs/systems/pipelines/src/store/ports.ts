import type { StateStore, Versioned } from '@nestjs-spark/contracts/internal';
import type { BatchEvent, BatchPlanned, BatchProcessed, PipelineEvent } from '../aggregate/events.ts';
import type { Position } from '../batch/batch.ts';

/** Names a pipeline. */
export interface PipelineKey {
  tenant: string;
  pipelineId: string;
}

/** The tenant of callers that are confined to none. */
export const DEFAULT_TENANT = 'default';

export const keyText = ({ tenant, pipelineId }: PipelineKey): string => `${tenant}/${pipelineId}`;

/** An event and its place among those of all pipelines. */
export interface JournalEntry {
  /** Grows over all pipelines, not without gaps. */
  position: number;
  event: PipelineEvent;
}

/** What has happened to pipelines. */
export interface EventJournal {
  /** The events of one pipeline, in their order. */
  load(key: PipelineKey): Promise<JournalEntry[]>;
  /**
   * Appends all events or none.
   * @param after the position of the pipeline's last event that is known; 0: it has none
   * @returns the position of the last one
   * @throws {FencedError} when the pipeline has later events; load it again, or stop: somebody else owns it
   */
  append(key: PipelineKey, events: readonly PipelineEvent[], after: number): Promise<number>;
  /** The position of the last event of all. */
  last(): Promise<number>;
  /**
   * Everything after a position, then what comes, until aborted.
   * @param onSkipped told of positions that have no event: they are read, and there is nothing to wait for
   * @throws {UnavailableError} at a disturbance: call it again
   */
  follow(
    after: number,
    signal: AbortSignal,
    onSkipped?: (position: number) => void,
  ): AsyncGenerator<JournalEntry>;
}

/** How far one lane of a pipeline is. */
export interface LaneState {
  generation: number;
  epoch: number;
  /** Where the generation began. */
  startsAt: Position;
  planned: BatchPlanned | null;
  processed: BatchProcessed | null;
}

/** A lane as it was read; whoever writes over another version is refused. */
export interface KeptLane {
  state: LaneState | null;
  version: string | null;
}

/** How many events of its batches a lane keeps. */
export const BATCHES_KEPT = 4_096;

/** An event of a batch, and its place among those of all pipelines. */
export interface BatchEntry {
  /** Grows over all pipelines, not without gaps. It has nothing to do with positions of the journal. */
  position: number;
  event: BatchEvent;
}

/** How far the lanes of pipelines are, and the last `BATCHES_KEPT` events of the batches of each. */
export interface LaneLog {
  read(key: PipelineKey, lane: number): Promise<KeptLane>;
  /** @throws {FencedError} when another process has written it since `before` was read */
  write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane>;
  /** The position of the last event of all batches, or one after it. */
  lastBatch(): Promise<number>;
  /** The events of a pipeline's batches after a position, in their order. */
  batches(key: PipelineKey, after: number): Promise<BatchEntry[]>;
  /**
   * Events of batches after a position, or the last one of each lane, then what comes, until aborted.
   * @param key only of this pipeline
   * @throws {UnavailableError} at a disturbance: call it again
   */
  follow(from: number | 'last-of-each', signal: AbortSignal, key?: PipelineKey): AsyncGenerator<BatchEntry>;
}

/** Values that owners publish for everybody, the last of each pipeline. Losing some is no harm. */
export interface StatusBoard<T> {
  put(key: PipelineKey, status: T): void;
  get(key: PipelineKey): T | null;
  /** Told of every value that arrives. */
  listen(listener: (key: PipelineKey, status: T) => void): () => void;
  close(): Promise<void>;
}

/** Documents of which there may be many. */
export interface PagedState extends StateStore {
  /**
   * Some documents whose id starts with `prefix`, in the order in which they were written last, and how many there are in all. No more
   * than these are in memory.
   * @param prefix ends with a slash
   */
  page<T extends object>(
    prefix: string,
    skip: number,
    take: number,
  ): Promise<{ documents: Versioned<T>[]; total: number }>;
}

/** Where pipelines are kept: embedded in a SQLite file, or in JetStream for all nodes of a cluster. */
export interface PipelineStore {
  readonly mode: 'embedded' | 'cluster';
  readonly journal: EventJournal;
  readonly lanes: LaneLog;
  /** Dead letters. */
  readonly letters: PagedState;
  close(): Promise<void>;
}
