// A double holds 15 digits of a number, and three digits of an exponent may be too many.
const [TOO_MANY_DIGITS, TOO_MANY_IN_EXPONENT] = [16, 3];
const LONG = /\d{16}|[1-9][\d.]{16}/;
// Writers recurse into records: at some thousand levels the stack overflows.
export const MOST_LEVELS = 500;

export class TooDeepError extends Error {
  constructor() {
    super(`It is nested more than ${MOST_LEVELS} levels deep`);
  }
}

/**
 * JSON, with numbers that a double cannot hold as the text that they are.
 * @throws {SyntaxError} for what is not JSON
 * @throws {TooDeepError} for what cannot be written again
 */
export function readJson(text: string): unknown {
  // Parsing with a reviver is recursive, too; plain parsing is not.
  if (hasManyParts(text) && isDeeper(JSON.parse(text), MOST_LEVELS)) throw new TooDeepError();
  return isPerhapsInexact(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/** Every record is searched, and no regular expression is as fast at this as a loop: most of its places would be tried twice. */
function isPerhapsInexact(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // A number's digits before and after its point count together.
    if (code === POINT) continue;
    if (code < ZERO || code > NINE) digits = 0;
    else if (++digits === TOO_MANY_DIGITS) return true;
    else if (digits === TOO_MANY_IN_EXPONENT && isExponent(text, at - digits)) return true;
  }
  return false;
}

const [POINT, ZERO, NINE] = [0x2e, 0x30, 0x39];

/** Whether what ends here begins an exponent: `e`, `E`, or one of them with a sign. */
function isExponent(text: string, at: number): boolean {
  const isSign = text[at] === '+' || text[at] === '-';
  return 'eE'.includes(text[isSign ? at - 1 : at] ?? ' ');
}

function keepDigits(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return LONG.test(source) || isOutOfRange(value, source) ? source : value;
}

/** Too large for a double, or so near to zero that it would become zero. */
function isOutOfRange(value: number, source: string): boolean {
  return !Number.isFinite(value) || (value === 0 && /^-?[\d.]*[1-9]/.test(source));
}

/** Whether a text has as many objects and lists as levels are allowed: few have, and only those are looked at. */
function hasManyParts(text: string): boolean {
  let left = MOST_LEVELS;
  for (const opening of ['{', '['])
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1))
      if (left-- === 0) return true;
  return false;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((part) => isDeeper(part, levels - 1));
}
