import { skipBlanks } from './scan-members.ts';

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const AT = 64;
const OPEN_BRACE = 123;
/** From an opening bracket to the closing one. */
const TO_CLOSING = 2;
const DEEPEST = 10_000;

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
const closing = new Uint8Array(DEEPEST);

/** Where the metadata of a document is written: the value of its one member `@metadata`. */
export interface WrittenMetadata {
  start: number;
  end: number;
}

/**
 * Whether a text is one JSON object from its first sign to its last, as far as brackets and strings tell, and where its
 * metadata is. Such a text can be put inside of another JSON text and cannot end it, whatever is written in it. Costs a fifth
 * of parsing it; what is wrong between two brackets a store finds out by itself.
 * @returns `not-an-object`; `metadata-twice`; null for an object without metadata
 */
export function scanDocument(text: string): WrittenMetadata | null | 'not-an-object' | 'metadata-twice' {
  const length = text.length;
  const begin = skipBlanks(text, 0);
  if (text.charCodeAt(begin) !== OPEN_BRACE) return 'not-an-object';
  let metadata: WrittenMetadata | null = null;
  let valueOf = -1;
  let depth = 0;
  for (let at = begin; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const from = at;
      let isEscaped = false;
      for (at++; at < length; at++) {
        const sign = text.charCodeAt(at);
        if (sign === QUOTE) break;
        if (sign !== BACKSLASH) continue;
        isEscaped = true;
        at++;
      }
      // Only a name that begins with it, or hides it, has to be read.
      const mayBeMetadata = depth === 1 && (isEscaped || text.charCodeAt(from + 1) === AT);
      if (mayBeMetadata && isMetadata(text, from, at + 1)) {
        if (metadata !== null || valueOf >= 0) return 'metadata-twice';
        valueOf = skipBlanks(text, skipBlanks(text, at + 1) + 1);
      }
      continue;
    }
    const kind = code < 128 ? KINDS[code] : OTHER;
    if (kind === BETWEEN) continue;
    if (kind === OPENS && depth < DEEPEST) {
      closing[depth++] = code + TO_CLOSING;
    } else if (kind === CLOSES && closing[--depth] === code) {
      if (depth === 1 && valueOf >= 0) {
        metadata ??= { start: valueOf, end: at + 1 };
        valueOf = -1;
      }
      if (depth === 0) return skipBlanks(text, at + 1) === length ? metadata : 'not-an-object';
    } else {
      return 'not-an-object';
    }
  }
  return 'not-an-object';
}

/** Whether a string is the name `@metadata`, in whatever way it is written. */
function isMetadata(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(skipBlanks(text, end)) !== COLON) return false;
  try {
    return JSON.parse(text.slice(start, end)) === '@metadata';
  } catch {
    return false;
  }
}
