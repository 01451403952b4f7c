import { endianness } from 'node:os';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
/** From an opening bracket to the closing one. */
const TO_CLOSING = 2;
/** As deep as SQLite reads JSON. Everything else that walks through values by recursion can go deeper. */
export const DEEPEST_DOCUMENT = 1_000;
const METADATA = '"@metadata"';
const BLANK = 32;

// What JSON has between its strings. RavenDB's parser also takes single quotes, in which a text could hide its end from this one.
const PLAIN = new Set(' \t\r\n:,-+.0123456789truefalsn E'.split('').map((sign) => sign.charCodeAt(0)));
const OTHER = 0;
const BETWEEN = 1;
const OPENS = 2;
const CLOSES = 3;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  if ('{['.includes(sign)) return OPENS;
  if ('}]'.includes(sign)) return CLOSES;
  return PLAIN.has(code) ? BETWEEN : OTHER;
});

/** The closing brackets that are still to come: one for all texts, since a scan is never interrupted. */
const closing = new Uint8Array(DEEPEST_DOCUMENT);

/** Signs of almost every document; what is longer gets an array of its own. */
const ROOM = 65_536;
const room = new Uint16Array(ROOM);
/** The same memory: a view for each document would be made and collected with it. */
const roomBytes = Buffer.from(room.buffer);
const isLittleEndian = endianness() === 'LE';

/**
 * An array that begins with the characters of a string, valid until the next call. Documents are cut out of longer strings, in which
 * V8 takes far longer to find a character than in an array: with the copying, the whole scan takes about half as long as without.
 */
function signsOf(text: string): Uint16Array {
  const { length } = text;
  const signs = length > ROOM ? new Uint16Array(length) : room;
  const bytes = length > ROOM ? Buffer.from(signs.buffer) : roomBytes;
  bytes.write(text, 'utf16le');
  if (!isLittleEndian) bytes.subarray(0, 2 * length).swap16();
  return signs;
}

/** The position after blanks, before `end`. */
function skipBlanks(signs: Uint16Array, from: number, end: number): number {
  let at = from;
  while (at < end && (signs[at] ?? 0) <= BLANK) at++;
  return at;
}

/** What comes next between a document's own brackets; `end`: of the value. */
type Expected = 'name' | 'value' | 'end';

/** Where the metadata of a document is written: the value of its one member `@metadata`. */
export interface WrittenMetadata {
  start: number;
  end: number;
}

/**
 * Whether a text is one JSON object from its first sign to its last, as far as brackets and strings tell, and where its
 * metadata is. Such a text can be put inside of another JSON text and cannot end it, whatever is written in it. Costs a fifth
 * of parsing it; a store finds out by itself what is wrong between two inner brackets, but not between the document's own:
 * RavenDB takes a comma for a colon, or nothing for either, and skips a line break after a backslash, so that it could find
 * metadata where none is written here.
 * @returns `not-an-object`, including where it is nested deeper than `DEEPEST_DOCUMENT`; `metadata-twice`; null for an object without metadata
 */
export function scanDocument(text: string): WrittenMetadata | null | 'not-an-object' | 'metadata-twice' {
  const signs = signsOf(text);
  const { length } = text;
  const begin = skipBlanks(signs, 0, length);
  if (begin === length || signs[begin] !== OPEN_BRACE) return 'not-an-object';
  let metadata: WrittenMetadata | null = null;
  let valueOf = -1;
  let depth = 0;
  let expected: Expected = 'name';
  for (let at = begin; at < length; at++) {
    const code = signs[at] ?? 0;
    if (code === QUOTE) {
      const from = at;
      let isEscaped = false;
      for (at++; at < length; at++) {
        const sign = signs[at];
        if (sign === QUOTE) break;
        if (sign !== BACKSLASH) continue;
        isEscaped = true;
        at++;
      }
      if (depth !== 1) continue;
      if (expected === 'value') {
        expected = 'end';
        continue;
      }
      const colon = skipBlanks(signs, at + 1, length);
      if (expected !== 'name' || colon >= length || signs[colon] !== COLON) return 'not-an-object';
      expected = 'value';
      const name = isEscaped ? readName(text.slice(from, at + 1)) : '';
      if (name === null) return 'not-an-object';
      if (name === '@metadata' || text.startsWith(METADATA, from)) {
        if (metadata !== null || valueOf >= 0) return 'metadata-twice';
        valueOf = skipBlanks(signs, colon + 1, length);
      }
      at = colon;
      continue;
    }
    const kind = code < 128 ? KINDS[code] : OTHER;
    if (kind === BETWEEN) {
      if (depth !== 1 || code <= BLANK) continue;
      if (code === COMMA) {
        if (expected !== 'end') return 'not-an-object';
        expected = 'name';
      } else {
        if (expected === 'name' || code === COLON) return 'not-an-object';
        expected = 'end';
      }
      continue;
    }
    if (kind === OPENS && depth < DEEPEST_DOCUMENT) {
      if (depth === 1) {
        if (expected !== 'value') return 'not-an-object';
        expected = 'end';
      }
      closing[depth++] = code + TO_CLOSING;
    } else if (kind === CLOSES && closing[--depth] === code) {
      if (depth === 1 && valueOf >= 0) {
        metadata ??= { start: valueOf, end: at + 1 };
        valueOf = -1;
      }
      if (depth === 0) return skipBlanks(signs, at + 1, length) === length ? metadata : 'not-an-object';
    } else {
      return 'not-an-object';
    }
  }
  return 'not-an-object';
}

/** A name as JSON has it; null where JSON allows none that is written like this: a store may read it in its own way. */
function readName(written: string): string | null {
  try {
    return JSON.parse(written) as string;
  } catch {
    return null;
  }
}
