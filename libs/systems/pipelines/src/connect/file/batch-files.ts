import type { Claim } from '../ports.ts';

/** Pads batch numbers, so that names sort in the order of batches. */
const DIGITS = 10;
const NAME = /^(\d+)-(\d+)-(\d{10,})\.(?:ndjson|csv)$/;

/** The file of a batch: written again, it replaces itself. */
export function nameOfBatch(
  { generation, lane, n }: { generation: number; lane: number; n: number },
  format: 'ndjson' | 'csv',
): string {
  return `${generation}-${lane}-${String(n).padStart(DIGITS, '0')}.${format}`;
}

/**
 * The files in a sink's folder that this generation has not written: those of other generations, and those of another journal or of
 * the time after a backup, which have the same numbers.
 * @param incarnation the one that the folder is marked with; null: none, as an earlier version leaves it
 */
export function strangersIn(names: readonly string[], claim: Claim, incarnation: string | null): string[] {
  const isMarked = incarnation !== null && incarnation !== claim.incarnation;
  return names.filter((name) => {
    const [generation, lane, n] = (NAME.exec(name) ?? []).slice(1).map(Number);
    if (generation === undefined) return false;
    if (generation !== claim.generation) return !claim.continues;
    return isMarked || (lane === claim.lane && (n ?? 0) > claim.lastBatch);
  });
}
