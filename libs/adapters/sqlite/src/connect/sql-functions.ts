import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { foldText, parsePointInTime } from '@nestjs-spark/contracts/internal';

/** A text as a point in time, `yyyy-MM-ddTHH:mm:ss.fffffff` in UTC; NULL for every other text. */
export const INSTANT = 'spark_instant';
/** A text as spelled in RavenDB's indexes: points in time in UTC with seven digits. */
export const SPELLED = 'spark_spelled';
/** The number that orders points in time; NULL for every other text. */
export const TICKS = 'spark_ticks';
/** The sort key of a text, ignoring case. */
export const LETTERS = 'spark_letters';
/** The common beginning of all points in time, for GLOB: cheaper than testing each text. */
export const DAY = `'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'`;

const TICKS_IN_A_MILLISECOND = 10_000;
const YEAR_ONE = Date.parse('0001-01-01T00:00:00Z');

/** The functions used by list queries. Only queries use them, never the schema: other programs do not have them. */
export function addFunctions(db: DatabaseSync): void {
  const add = (name: string, answer: (text: string) => string | number | null) =>
    db.function(name, { deterministic: true }, (value: SQLOutputValue) => answer(String(value)));
  add(INSTANT, (text) => parsePointInTime(text)?.utc ?? null);
  add(SPELLED, (text) => parsePointInTime(text)?.spelled ?? text);
  add(TICKS, ticks);
  add(LETTERS, (text) => foldText(parsePointInTime(text)?.spelled ?? text));
}

/** As counted by .NET, in a double; RavenDB orders by these. */
function ticks(text: string): number | null {
  const point = parsePointInTime(text);
  if (!point) return null;
  const milliseconds = Date.parse(`${point.utc.slice(0, 23)}Z`) - YEAR_ONE;
  return Number(BigInt(milliseconds) * BigInt(TICKS_IN_A_MILLISECOND) + BigInt(point.utc.slice(23)));
}
