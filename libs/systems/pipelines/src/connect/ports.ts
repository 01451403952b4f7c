import type { Position } from '../batch/batch.ts';
import type { Fields } from '../expression/compile-expression.ts';

/** A record as it comes in. */
export interface SourceRecord {
  partition: string;
  offset: number;
  /** As it stands in the source. */
  text: string;
}

/** Where the next batch ends. */
export interface PlannedRange {
  to: Position;
  /** Nothing is behind it, and nothing will be. */
  isEnd: boolean;
}

/** Where records come from. The same range always has the same records. */
export interface Source {
  /**
   * How far the next batch goes.
   * @throws {RunFailedError} when what was read before is not there any more
   */
  plan(
    from: Position,
    limits: { maxRecords: number; maxBytes: number },
    signal: AbortSignal,
  ): Promise<PlannedRange>;
  /** The records between two positions, in their order. */
  read(from: Position, to: Position): Promise<SourceRecord[]>;
}

/** The records of one batch, as they go out. */
export interface OutBatch {
  generation: number;
  lane: number;
  n: number;
  records: readonly Fields[];
}

/** Where records go. To write a batch again is to write the same. */
export interface Sink {
  /** @throws {RunFailedError} when it belongs to something else */
  open(): Promise<void>;
  write(batch: OutBatch): Promise<void>;
}

/** A pipeline cannot go on until somebody acts. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}
