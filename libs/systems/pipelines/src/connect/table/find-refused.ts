import type { Refused, Row } from './rows.ts';

/** Whoever has that many has to look at them; the rest is found when the batch is written again. */
const MOST_AT_ONCE = 128;

/**
 * Which of some rows are refused, when all of them together are, by trying halves.
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
    await look(part.slice(0, half));
    await look(part.slice(half));
  };
  await look(rows);
  return refused;
}
