/** A number with all of its digits as written in JSON, including those that a double would round. */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toJSON(): unknown {
    return RAW.rawJSON(this.digits);
  }
}

/** ES2026 source text access, not yet in TypeScript's own types. */
const RAW = JSON as unknown as { rawJSON(text: string): unknown };

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
// Sixteen or more digits, wherever the point is, six zeros after it or one at the end, or an exponent: a double may be written
// back differently.
const MAY_ROUND = /\d{16}|[\d.]{17}|\.0{6}|\.\d*0(?!\d)|\d[eE][+-]?\d|-0(?!\.\d)/;

export function isJsonNumber(text: string): boolean {
  return JSON_NUMBER.test(text);
}

/** Whether a double stands for several whole numbers. */
export function isAmbiguous(double: number): boolean {
  return Math.abs(double) >= 2 ** 53;
}

/** Parses stored JSON; numbers that a double would not write back identically become {@link ExactNumber}s. */
export function parseExactly(text: string): unknown {
  if (!MAY_ROUND.test(text)) return JSON.parse(text);
  return JSON.parse(text, ((_key: string, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? new ExactNumber(source)
      : value) as (key: string, value: unknown) => unknown);
}
