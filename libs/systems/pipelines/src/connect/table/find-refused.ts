import type { Refused, Row } from './rows.ts';

/** More than this need attention anyway; the others are found when the batch is written again. */
const MOST_AT_ONCE = 128;

/**
 * Finds the refused rows of a set that is refused as a whole, by bisection. Of rows that only collide with each other, it is the first that
 * collides with earlier ones.
 * @param attempt tries rows without keeping them; returns the reason for a refusal, or null
 */
export async function findRefused(
  rows: readonly Row[],
  attempt: (rows: readonly Row[]) => Promise<string | null>,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const look = async (part: readonly Row[]): Promise<void> => {
    const [first] = part;
    if (!first || refused.length >= MOST_AT_ONCE) return;
    const reason = await attempt(part);
    if (reason === null) return;
    if (part.length === 1) {
      refused.push({ at: first.at, reason });
      return;
    }
    const half = Math.ceil(part.length / 2);
    const before = refused.length;
    await look(part.slice(0, half));
    await look(part.slice(half));
    if (refused.length === before) refused.push(...(await firstCollision(part, half, attempt)));
  };
  await look(rows);
  return refused;
}

/** The last row of the shortest prefix that is refused; none if all are accepted now, because what they collided with is gone. */
async function firstCollision(
  rows: readonly Row[],
  taken: number,
  attempt: (rows: readonly Row[]) => Promise<string | null>,
): Promise<Refused[]> {
  let [low, high] = [taken, rows.length];
  let reason = await attempt(rows);
  if (reason === null) return [];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const against = await attempt(rows.slice(0, middle));
    if (against === null) low = middle;
    else [high, reason] = [middle, against];
  }
  const row = rows[high - 1];
  return row ? [{ at: row.at, reason }] : [];
}
