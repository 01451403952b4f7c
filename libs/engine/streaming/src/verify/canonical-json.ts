const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number as its digits and a power of ten: `1.10`, `1.1` and `11e-1` are equal, 2^53 and 2^53+1 are not. */
class Decimal {
  readonly text: string;

  constructor(written: string) {
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(written) ?? [];
    const all = (whole + fraction).replace(/^0+/, '');
    const digits = withoutZeros(all);
    const power = Number(exponent) - fraction.length + (all.length - digits.length);
    this.text = digits === '' ? '0' : `${sign}${digits}e${power}`;
  }
}

/** Without trailing zeros. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

/**
 * The canonical form of all equivalent JSON texts, whichever store wrote them: names sorted, numbers by their exact value, a
 * single way to escape strings. Stores cannot keep a lone surrogate, so it counts as the replacement character.
 */
export function canonicalJson(text: string): string {
  return write(readExactly(text));
}

/** Parses JSON without rounding its numbers. */
export function readExactly(text: string): unknown {
  return JSON.parse(text, ((_name: string, value: unknown, { source = '' }: { source?: string } = {}) =>
    typeof value === 'number' ? new Decimal(source) : value) as (name: string, value: unknown) => unknown);
}

/** @param value made by `readExactly` */
export function write(value: unknown): string {
  if (value instanceof Decimal) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value === 'string') return writeText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, inner]) => `${writeText(name)}:${write(inner)}`);
  return `{${members.toSorted().join(',')}}`;
}

function writeText(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
