/** How far a source was read: for each of its partitions, the offset that is read next. */
export type Position = Readonly<Record<string, number>>;

/** Identifies a batch of a pipeline: the same range of the source always has the same key. */
export interface BatchKey {
  tenant: string;
  pipelineId: string;
  /** Grows each time the pipeline starts over. */
  generation: number;
  /** One sequence of batches within the pipeline. */
  lane: number;
  /** Starts at 1 and has no gaps. */
  n: number;
}

/** The id of a batch, derived from its key and never random, so that a repeated batch has the same id. */
export function batchId({ tenant, pipelineId, generation, lane, n }: BatchKey): string {
  return [tenant, pipelineId, generation, lane, n].map(String).join('/');
}

/** The counts of a pipeline since its generation started. */
export interface Totals {
  read: number;
  written: number;
  filtered: number;
  deadLettered: number;
  batches: number;
}

export const NO_TOTALS: Totals = { read: 0, written: 0, filtered: 0, deadLettered: 0, batches: 0 };

export function addTotals(one: Totals, other: Totals): Totals {
  return {
    read: one.read + other.read,
    written: one.written + other.written,
    filtered: one.filtered + other.filtered,
    deadLettered: one.deadLettered + other.deadLettered,
    batches: one.batches + other.batches,
  };
}
