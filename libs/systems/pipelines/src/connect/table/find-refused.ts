import type { Refused, Row } from './rows.ts';

/** Whoever has that many has to look at them; the rest is found when the batch is written again. */
const MOST_AT_ONCE = 128;

/**
 * Which of some rows are refused, when all of them together are, by trying halves. Of rows that only collide with each other, the
 * first that collides with those before it.
 * @param attempt tries rows without keeping them; the reason against them, or null
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

/** The last of the shortest beginning that is refused; none when all are taken now, as when what they collided with has gone. */
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
