import { nearestName } from '@nestjs-spark/foundation/internal';

const LONGEST_SHOWN = 40;

/** A short description of a value that was not accepted. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(cut(value))}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (Array.isArray(value))
    return value.length === 1 ? 'a list of 1 item' : `a list of ${value.length} items`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** A text, shortened if it is long. */
export const cut = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

/** `; did you mean "file"?`, or an empty string if no known name is close. */
export function meaning(given: unknown, known: readonly unknown[]): string {
  const names = known.filter((one) => typeof one === 'string');
  const meant = typeof given === 'string' ? nearestName(given, names) : null;
  return meant === null ? '' : `; did you mean ${JSON.stringify(meant)}?`;
}
