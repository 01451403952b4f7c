import type { Claim } from '../ports.ts';

/** Pads batch numbers, so that names sort in the order of batches. */
const DIGITS = 10;
const NAME = /^(\d+)-(\d+)-(\d{10,})\.(ndjson|csv)$/;

/** The name of a batch's file: a batch that is written again replaces it. */
export function nameOfBatch(
  { generation, lane, n }: { generation: number; lane: number; n: number },
  format: 'ndjson' | 'csv',
): string {
  return `${generation}-${lane}-${String(n).padStart(DIGITS, '0')}.${format}`;
}

/** Batch files in a sink's folder that the claiming generation did not write. */
export interface OtherFiles {
  /** Of other generations: their names say so. */
  earlier: string[];
  /** Under names of this generation: of another journal, which counted generations alike, or of the time after a backup. */
  clashing: string[];
}

/** @param incarnation the one that the folder is marked with; null: none, as an earlier version leaves it */
export function otherFiles(names: readonly string[], claim: Claim, incarnation: string | null): OtherFiles {
  const isAnothers = incarnation !== null && incarnation !== claim.incarnation;
  const found: OtherFiles = { earlier: [], clashing: [] };
  for (const name of names) {
    const batch = batchOf(name);
    if (batch === null) continue;
    const { generation, lane, n } = batch;
    if (generation !== claim.generation) found.earlier.push(name);
    else if (isAnothers || (lane === claim.lane && n > claim.lastBatch)) found.clashing.push(name);
  }
  return found;
}

/** The batch that a file is named after; null for every name that no sink gives. */
function batchOf(name: string): { generation: number; lane: number; n: number } | null {
  const [, generation, lane, n, format] = NAME.exec(name) ?? [];
  if (format !== 'ndjson' && format !== 'csv') return null;
  const batch = { generation: Number(generation), lane: Number(lane), n: Number(n) };
  return nameOfBatch(batch, format) === name ? batch : null;
}
