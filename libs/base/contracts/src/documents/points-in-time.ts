/** A text that is a point in time, as RavenDB's indexes read it. */
export interface PointInTime {
  /** `yyyy-MM-ddTHH:mm:ss.fffffff` in UTC, without a zone; comparable as text. */
  utc: string;
  /** As RavenDB's indexes spell it: a date only, without a zone, or with `Z`. */
  spelled: string;
  /** Whether the text includes a zone, so that nothing can follow. */
  zoned: boolean;
}

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(Z|([+-])(\d\d):(\d\d))?)?$/;
const MINUTE = 60_000;

/**
 * Parses `2024-01-02` and `2024-01-02T03:04:05` with 0 to 7 fractional digits, with `Z`, `+01:00` or no zone (UTC), for the years
 * 1 to 9999. Null for any other text.
 */
export function parsePointInTime(text: string): PointInTime | null {
  const parts = text.length < 10 || text.length > 33 ? null : WRITTEN.exec(text);
  if (!parts) return null;
  const [, year = '', month = '', day = '', hour, minute = '', second = '', fraction = '', zone = ''] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute || '00'}:${second || '00'}Z`);
  // JavaScript reads the 30th of February as the 1st of March, and 24:00 as the next day.
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day) || hour === '24' || year === '0000')
    return null;
  const offset = offsetOf(parts[9], parts[10], parts[11]);
  if (offset === null) return null;
  const utc = new Date(at - offset);
  const inUtc = utc.getUTCFullYear();
  if (inUtc < 1 || inUtc > 9999) return null;
  const text27 = `${utc.toISOString().slice(0, 19)}.${fraction.padEnd(7, '0')}`;
  if (hour === undefined) return { utc: text27, spelled: text, zoned: false };
  return { utc: text27, spelled: zone === '' ? text27 : `${text27}Z`, zoned: zone !== '' };
}

function offsetOf(
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
): number | null {
  if (sign === undefined) return 0;
  const total = Number(hours) * 60 + Number(minutes);
  return Number(minutes) > 59 || total > 14 * 60 ? null : (sign === '-' ? -total : total) * MINUTE;
}

/** Bounds that enclose every text beginning with `beginning`, and every point in time that may begin so in another zone. */
export interface TextBounds {
  from: string;
  /** Exclusive. */
  below: string;
}

const LOWEST = '0000-00-00';
const HIGHEST = '9999-99-99';
const BEGINS_A_DAY = /^\d{4}-\d\d-\d{0,2}|^\d{4}-\d{0,2}(?!\d)|^\d{1,4}(?!\d)/;

/** Null for a text that does not begin with a digit: no point in time can match it. */
export function boundsAround(beginning: string): TextBounds | null {
  if (!/^\d/.test(beginning)) return null;
  const head = (BEGINS_A_DAY.exec(beginning.slice(0, 10)) ?? [beginning.slice(0, 1)])[0];
  const from = dayText(head + LOWEST.slice(head.length), -2);
  const below = dayText(head + HIGHEST.slice(head.length), 3);
  return { from: from ?? '', below: below ?? ':' };
}

function dayText(day: string, days: number): string | null {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const moved = new Date(0);
  moved.setUTCFullYear(year, within(month, 12) - 1, within(date, 31) + days);
  const inYear = moved.getUTCFullYear();
  return inYear < 0 || inYear > 9999 ? null : moved.toISOString().slice(0, 10);
}

function within(number: number, highest: number): number {
  return Math.min(Math.max(number, 1), highest);
}
