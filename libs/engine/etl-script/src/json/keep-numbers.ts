import { skipBlanks, skipString } from '@nestjs-spark/contracts/text';

const PLAIN_DIGITS = 15;

/** Whether JavaScript would write this number identically: short integers and short decimals without trailing zeros. */
export function isPlainNumber(text: string): boolean {
  const match = /^-?(\d+)(?:\.(\d*[1-9]))?$/.exec(text);
  if (!match || text === '-0') return false;
  const [, whole = '', fraction = ''] = match;
  return whole.length + fraction.length <= PLAIN_DIGITS && !(whole === '0' && fraction.startsWith('000000'));
}

/** Whether a JSON text has a number that JavaScript would write differently. May return false positives. */
export function hasUnusualNumbers(text: string): boolean {
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === 34) i = skipString(text, i);
    else if (code === 45 || (code >= 48 && code <= 57)) {
      const end = numberEnd(text, i);
      if (end - i > 1 && isUnusual(text, i, end)) return true;
      i = end;
    } else i++;
  }
  return false;
}

/** As `isPlainNumber`, without cutting out the number: most are short integers. */
function isUnusual(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 || code === 69 || code === 101) return !isPlainNumber(text.slice(start, end));
  }
  return end - start > PLAIN_DIGITS || (text.charCodeAt(start) === 45 && text.charCodeAt(start + 1) === 48);
}

function numberEnd(text: string, at: number): number {
  for (let i = at + 1; ; i++) {
    const code = text.charCodeAt(i);
    const inside =
      (code >= 48 && code <= 57) || code === 46 || code === 43 || code === 45 || code === 69 || code === 101;
    if (!inside) return i;
  }
}

/** Visits every number of a JSON text with the path of names and indexes that leads to it. */
function eachNumber(text: string, visit: (path: string, start: number, end: number) => void): void {
  const above: { path: string; index: number }[] = [];
  let path = '';
  let index = -1;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      const end = skipString(text, i);
      if (index < 0 && text.charCodeAt(skipBlanks(text, end)) === 58)
        path = `${above.at(-1)?.path ?? ''}/${text.slice(i, end)}`;
      i = end;
    } else if (code === 123 || code === 91) {
      const here = index < 0 ? path : `${above.at(-1)?.path ?? ''}/${index}`;
      above.push({ path: here, index });
      index = code === 91 ? 0 : -1;
      path = here;
      i++;
    } else if (code === 125 || code === 93) {
      index = above.pop()?.index ?? -1;
      i++;
    } else if (code === 44) {
      if (index >= 0) index++;
      i++;
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      const end = numberEnd(text, i);
      visit(index < 0 ? path : `${above.at(-1)?.path ?? ''}/${index}`, i, end);
      i = end;
    } else i++;
  }
}

/** The numbers of what a script could read, as written. */
export interface WrittenNumbers {
  byPath: Map<string, string>[];
  /** Null when the same value is written in several ways. */
  byValue: Map<number, string | null>;
}

/** Records the numbers of the texts that a script was given: its document first, then what it loaded. */
export function noteNumbers(texts: readonly string[]): WrittenNumbers {
  const byValue = new Map<number, string | null>();
  const byPath = texts.map((text) => {
    const paths = new Map<string, string>();
    eachNumber(text, (path, start, end) => {
      const written = text.slice(start, end);
      const value = Number(written);
      paths.set(path, written);
      byValue.set(
        value,
        (byValue.get(value) ?? written) === written && byValue.get(value) !== null ? written : null,
      );
    });
    return paths;
  });
  return { byPath, byValue };
}

/**
 * Restores the text of numbers that a script only passed on: `1.10`, `9007199254740993`. A number counts as passed on when the
 * source has its value at the same path, or else has that value in one spelling only.
 */
export function restoreNumbers(text: string, { byPath, byValue }: WrittenNumbers): string {
  let restored = '';
  let taken = 0;
  eachNumber(text, (path, start, end) => {
    const value = Number(text.slice(start, end));
    const samePlace = byPath
      .map((paths) => paths.get(path))
      .find((written) => written !== undefined && Number(written) === value);
    const written = samePlace ?? byValue.get(value);
    if (written === undefined || written === null) return;
    restored += text.slice(taken, start) + written;
    taken = end;
  });
  return restored + text.slice(taken);
}
