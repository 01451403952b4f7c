import type { Position, Totals } from '../../batch/batch.ts';
import type { Checkpoint } from '../ports.ts';

type Kept = Omit<Checkpoint, 'n'>;

/** What stands in the column `position`: the batch has a column of its own. */
export function writeCheckpoint({ generation, position, totals }: Kept): string {
  return JSON.stringify({ generation, position, totals });
}

/** A stored checkpoint. @throws {Error} when somebody else has written something there */
export function readCheckpoint(n: unknown, kept: unknown): Checkpoint {
  const value: unknown = typeof kept === 'string' ? JSON.parse(kept) : kept;
  const batch = Number(n);
  if (!isRecord(value) || !isCount(batch)) throw new Error('The stored checkpoint is none of a pipeline');
  const { generation, position, totals } = value;
  if (!isCount(generation) || !isNumbers(position) || !isNumbers(totals))
    throw new Error('The stored checkpoint is none of a pipeline');
  return { generation, n: batch, position: position as Position, totals: totals as unknown as Totals };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumbers = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isCount);

/** Whether a batch that is stored is this very one, and not one that another run made of another range under the same number. */
export function isSameBatch(stored: Checkpoint, mine: Checkpoint): boolean {
  const places = Object.entries(mine.position);
  return (
    stored.n === mine.n &&
    stored.generation === mine.generation &&
    Object.keys(stored.position).length === places.length &&
    places.every(([partition, offset]) => stored.position[partition] === offset)
  );
}

export const OTHER_RUN = 'Another run of this pipeline has written a batch of this number in the same epoch';
