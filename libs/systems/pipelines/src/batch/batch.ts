/** Where a source was read to: for each of its partitions, the offset that is read next. */
export type Position = Readonly<Record<string, number>>;

/** Which batch of a pipeline: the same range of the source always has the same. */
export interface BatchKey {
  tenant: string;
  pipelineId: string;
  /** Grows when the pipeline begins again. */
  generation: number;
  /** One order of batches within the pipeline. */
  lane: number;
  /** Counts from 1, without a gap. */
  n: number;
}

/** The id of a batch, made of what it is and never random, so that repeating it repeats its id. */
export function batchId({ tenant, pipelineId, generation, lane, n }: BatchKey): string {
  return [tenant, pipelineId, generation, lane, n].map(String).join('/');
}

/** What a pipeline has done since its generation began. */
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
