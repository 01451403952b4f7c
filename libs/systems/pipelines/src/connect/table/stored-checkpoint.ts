import { isObject, isWhole } from '@nestjs-spark/foundation/internal';
import type { Position, Totals } from '../../batch/batch.ts';
import { FencedError, type Checkpoint, type Claim } from '../ports.ts';

type Kept = Omit<Checkpoint, 'n'>;

/** A row of the table of checkpoints, as a system gives it. */
export interface StoredRow {
  epoch: unknown;
  batch: unknown;
  position: unknown;
}

/** What is in the column `position`: batch and epoch have columns of their own. */
export function writeCheckpoint({ generation, position, totals }: Kept, holder: string): string {
  return JSON.stringify({ generation, position, totals, holder });
}

/** Whether another owner than the claimant has the lane. One whose holder is not known is another one. */
export function isHeld(stored: { epoch: number; holder: unknown }, { epoch, holder }: Claim): boolean {
  return stored.epoch > epoch || (stored.epoch === epoch && stored.holder !== holder);
}

/** Who has written a stored checkpoint; undefined: an earlier version, or nobody who can be told apart. */
export function holderOf(kept: unknown): unknown {
  const value: unknown = typeof kept === 'string' ? JSON.parse(kept) : kept;
  return isObject(value) ? value['holder'] : undefined;
}

/** A stored checkpoint. @throws {Error} when somebody else has written something there */
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

/** Whether a batch that is stored is this very one, and not one that another run made of another range under the same number. */
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
 * Says why the fence let nothing through: another epoch is stored, or this very batch is stored already, as after an answer that did
 * not arrive.
 * @throws {FencedError} when another process has the lane; {Error} when the batch does not follow the one that is stored
 */
export function requireWritten(stored: StoredRow | undefined, epoch: number, mine: Checkpoint): void {
  if (stored === undefined) throw new FencedError(null);
  if (Number(stored.epoch) !== epoch) throw new FencedError(Number(stored.epoch));
  const there = readCheckpoint(stored.batch, stored.position);
  if (isSameBatch(there, mine)) return;
  if (there.n === mine.n) throw new FencedError(epoch, OTHER_RUN);
  throw new Error(`Batch ${mine.n} does not follow ${there.n}, which is stored`);
}
