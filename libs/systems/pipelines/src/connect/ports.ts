import { counted } from '@nestjs-spark/foundation/internal';
import type { Position, Totals } from '../batch/batch.ts';
import type { BatchLimits } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';

/** A record as it comes in. */
export interface SourceRecord {
  partition: string;
  offset: number;
  /** As it is in the source; a dead letter keeps it. Without `fields` it has to be a JSON object. */
  text: string;
  /** What the text says, from a source whose text is not JSON. */
  fields?: Fields;
  /** Why the text says nothing; it becomes a dead letter. */
  fault?: string;
  /** What else expressions see as `meta`, beside partition and offset: topic, timestamp, key, headers. */
  meta?: Fields;
}

/** Where a batch ends at the latest, and how long its first record is waited for. */
export interface PlanLimits extends BatchLimits {
  /** Default `maxWaitMs`. A source that looks for records by itself need not wait so long. */
  idleMs?: number;
}

/** Where the next batch ends. */
export interface PlannedRange {
  /** The same as the position it was planned from when nothing came within `idleMs`. */
  to: Position;
  /** The source is bounded and read to its end. */
  isEnd: boolean;
  /** How many records are known to lie after `to`; null or absent: not known. */
  lag?: number | null;
}

/** What a partition has: a position may be anywhere from its oldest record to its end. */
export interface Extent {
  first: number;
  end: number;
}

/**
 * Where records come from. The same range always has the same records. Whatever it throws besides `RunFailedError` is taken for
 * transient: the run closes both ends, waits, and opens them again.
 */
export interface Source {
  /** The position of a generation that has none yet. It is stored before anything is written. */
  begin(signal: AbortSignal): Promise<Position>;
  /**
   * How far the next batch goes: at most `maxRecords` and about `maxBytes`, and no later than `maxWaitMs` after the first record.
   * @throws {RunFailedError} when what was read before is not there any more
   */
  plan(from: Position, limits: PlanLimits, signal: AbortSignal): Promise<PlannedRange>;
  /** The records between two positions, in their order. After `plan` the range is the planned one, or an earlier one that is repeated. */
  read(from: Position, to: Position, signal: AbortSignal): Promise<SourceRecord[]>;
  close(): Promise<void>;
}

/** Who writes from now on. */
export interface Claim {
  tenant: string;
  pipelineId: string;
  lane: number;
  generation: number;
  /** Grows with each owner. */
  epoch: number;
  /** The owner: two of them can have the same epoch if the store that counts epochs has lost its data. */
  holder: string;
  /** Where a generation begins that has no checkpoint yet. */
  startsAt: Position;
  /** Whether an operator has set that position after the beginning: records before it are not read in this generation. */
  continues: boolean;
  /** Random for each generation: after the loss of a journal, generations have the same numbers again. */
  incarnation: string;
  /** The last batch of the lane in this generation that may have been written; 0: none. */
  lastBatch: number;
}

/** How far a lane is. A sink that keeps it stores it as JSON in the commit of the records, and does not look into `position`. */
export interface Checkpoint {
  generation: number;
  /** The last batch that is written; 0: none. */
  n: number;
  position: Position;
  totals: Totals;
}

/** A record as it goes out. */
export interface OutRecord {
  fields: Fields;
  partition: string;
  offset: number;
}

/** The records of one batch, as they go out. */
export interface OutBatch {
  generation: number;
  lane: number;
  /** Counts from 1 within generation and lane. */
  n: number;
  epoch: number;
  records: readonly OutRecord[];
  /** What a sink that keeps the checkpoint stores with the records; its `n` is the batch's. */
  checkpoint: Checkpoint;
}

/**
 * Where records go. There are two kinds. A sink that stores the checkpoint in the commit of the records answers it to `open`; the
 * run believes it and nothing else. Any other answers null: its batches are planned in the journal before they are written, and
 * to write one again under the same generation, lane and number has to write the same.
 */
export interface Sink {
  /**
   * Becomes the only writer of the lane: a writer with a smaller epoch is refused from here on. A stored checkpoint of an earlier
   * generation is replaced by an empty one at `startsAt`.
   * @throws {FencedError} when a larger epoch is stored, or the same one by another holder
   * @throws {RunFailedError} when somebody has to act: wrong credentials, a missing table, a folder of another pipeline
   */
  open(claim: Claim): Promise<Checkpoint | null>;
  /**
   * Writes all of the batch, or nothing where the sink keeps the checkpoint. Only batch n-1 of the same epoch may precede it.
   * @throws {FencedError} when another process has claimed the lane
   * @throws {RecordsRefusedError} when single records cannot be written; the run makes dead letters of them and writes the rest
   * @throws {RunFailedError} as `open`
   */
  write(batch: OutBatch): Promise<void>;
  close(): Promise<void>;
}

/** A pipeline cannot go on until somebody acts. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** Another process has the lane. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  /** The epoch that is stored; null when it is not known. Whoever is the owner nevertheless goes on with a larger one. */
  readonly epoch: number | null;

  constructor(epoch: number | null, message = 'Another process writes for this pipeline') {
    super(message);
    this.epoch = epoch;
  }
}

/** Records that the sink refuses whenever they are sent, such as a value that a column cannot hold. Nothing of the batch is written. */
export class RecordsRefusedError extends Error {
  override readonly name = 'RecordsRefusedError';
  /** `at` is the index in the batch's records. */
  readonly refused: readonly { at: number; reason: string }[];

  constructor(refused: readonly { at: number; reason: string }[]) {
    super(`The sink refuses ${counted(refused.length, 'record')}: ${refused[0]?.reason ?? ''}`);
    this.refused = refused;
  }
}
