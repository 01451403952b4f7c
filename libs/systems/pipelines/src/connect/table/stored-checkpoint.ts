import { isObject, isWhole } from '@nestjs-spark/foundation/internal';
import type { Position, Totals } from '../../batch/batch.ts';
import { FencedError, type Checkpoint, type Claim } from '../ports.ts';

type Kept = Omit<Checkpoint, 'n'>;

/** A row of the checkpoints table, as returned by the system. */
export interface StoredRow {
  epoch: unknown;
  batch: unknown;
  position: unknown;
}

/** The content of the column `position`: batch and epoch have their own columns. */
export function writeCheckpoint({ generation, position, totals }: Kept, holder: string): string {
  return JSON.stringify({ generation, position, totals, holder });
}

/** Whether an owner other than the claimant has the lane. An unknown holder counts as another one. */
export function isHeld(stored: { epoch: number; holder: unknown }, { epoch, holder }: Claim): boolean {
  return stored.epoch > epoch || (stored.epoch === epoch && stored.holder !== holder);
}

/** Who wrote a stored checkpoint; undefined if an earlier version wrote it, or if it names no holder. */
export function holderOf(kept: unknown): unknown {
  const value: unknown = typeof kept === 'string' ? JSON.parse(kept) : kept;
  return isObject(value) ? value['holder'] : undefined;
}

/** Reads a stored checkpoint. @throws {Error} if it was not written by a sink */
export function readCheckpoint(n: unknown, kept: unknown): Checkpoint {
  const value: unknown = typeof kept === 'string' ? JSON.parse(kept) : kept;
  const batch = Number(n);
  if (!isObject(value) || !isWhole(batch)) throw new Error('The stored checkpoint is not one of a pipeline');
  const { generation, position, totals } = value;
  if (!isWhole(generation) || !isNumbers(position) || !isNumbers(totals))
    throw new Error('The stored checkpoint is not one of a pipeline');
  return { generation, n: batch, position: position as Position, totals: totals as unknown as Totals };
}

const isNumbers = (value: unknown): boolean => isObject(value) && Object.values(value).every(isWhole);

/** Whether a stored batch is this very one, and not a different range that another run wrote under the same number. */
function isSameBatch(stored: Checkpoint, mine: Checkpoint): boolean {
  const places = Object.entries(mine.position);
  return (
    stored.n === mine.n &&
    stored.generation === mine.generation &&
    Object.keys(stored.position).length === places.length &&
    places.every(([partition, offset]) => stored.position[partition] === offset)
  );
}

const OTHER_RUN = 'Another run of this pipeline has written a batch of this number in the same epoch';

/**
 * Why the fence refused a write: another epoch is stored, or this very batch is, because an answer was lost.
 * @throws {FencedError} if another process owns the lane; {Error} if the batch does not follow the stored one
 */
export function requireWritten(stored: StoredRow | undefined, epoch: number, mine: Checkpoint): void {
  if (stored === undefined) throw new FencedError(null);
  if (Number(stored.epoch) !== epoch) throw new FencedError(Number(stored.epoch));
  const there = readCheckpoint(stored.batch, stored.position);
  if (isSameBatch(there, mine)) return;
  if (there.n === mine.n) throw new FencedError(epoch, OTHER_RUN);
  throw new Error(`Batch ${mine.n} does not follow ${there.n}, which is stored`);
}
