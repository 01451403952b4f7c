/** The records of all runs together. */
export interface Totals {
  read: number;
  written: number;
  filtered: number;
}

/** An event of a pipeline's history, as the app answers it. */
export interface HistoryEvent {
  sequence: number | string;
  type: string;
  data: { totals?: Totals };
}

interface Definition {
  pipelineId: string;
  source: { path: string };
  transforms: readonly { condition: string }[];
  sink: { path: string };
}

/** The totals after the last batch of a pipeline with one lane. A status has none after a restart, until the pipeline runs. */
export function totalsIn(history: readonly HistoryEvent[]): Totals {
  const { totals } = history.findLast(({ type }) => type === 'BatchProcessed')?.data ?? {};
  return totals ?? { read: 0, written: 0, filtered: 0 };
}

/** What became of the request to create it. */
export function describeCreated(
  { pipelineId, source, transforms, sink }: Definition,
  isNew: boolean,
  before: Totals,
): string {
  if (!isNew)
    return `"${pipelineId}" was there already; earlier runs have read ${before.read} records and written ${before.written}`;
  const conditions = transforms.map(({ condition }) => condition).join(' and ');
  return `"${pipelineId}" was created: it reads ${source.path} and writes the records with ${conditions} to ${sink.path}`;
}

/** What this run has done. */
export function describeRun(state: string, before: Totals, after: Totals, path: string): string {
  const read = after.read - before.read;
  const written = after.written - before.written;
  const filtered = after.filtered - before.filtered;
  const figures = `${state}: read ${read}, written ${written}, filtered ${filtered}`;
  return read === 0 ? `${figures}; ${path} has nothing new, and no record is written twice` : figures;
}
