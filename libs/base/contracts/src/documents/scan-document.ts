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
  const begin = skipBlanks(text, 0);
  if (text.charCodeAt(begin) !== OPEN_BRACE) return 'not-an-object';
  const escapes = text.includes('\\');
  let metadata: WrittenMetadata | null = null;
  let valueOf = -1;
  let depth = 0;
  for (let at = begin; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (end < 0) return 'not-an-object';
      if (depth === 1 && isMetadata(text, at, end, escapes)) {
        if (metadata !== null || valueOf >= 0) return 'metadata-twice';
        valueOf = skipBlanks(text, skipBlanks(text, end + 1) + 1);
      }
      at = end;
      continue;
    }
    const kind = code < 128 ? KINDS[code] : OTHER;
    if (kind === OTHER) return 'not-an-object';
    if (kind === OPENS) {
      if (depth === DEEPEST) return 'not-an-object';
      closing[depth++] = code + TO_CLOSING;
    } else if (kind === CLOSES) {
      if (closing[--depth] !== code) return 'not-an-object';
      if (depth === 1 && valueOf >= 0) {
        metadata ??= { start: valueOf, end: at + 1 };
        valueOf = -1;
      }
      if (depth === 0) return skipBlanks(text, at + 1) === text.length ? metadata : 'not-an-object';
    }
  }
  return 'not-an-object';
}

/** The place of the closing quote; -1 when there is none. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}

/** Whether a string is the name `@metadata`, in whatever way it is written. */
function isMetadata(text: string, at: number, end: number, escapes: boolean): boolean {
  const first = text.charCodeAt(at + 1);
  if (first !== AT && !escapes) return false;
  if (text.charCodeAt(skipBlanks(text, end + 1)) !== COLON) return false;
  const written = text.slice(at, end + 1);
  if (!written.includes('\\')) return written === '"@metadata"';
  try {
    return JSON.parse(written) === '@metadata';
  } catch {
    return false;
  }
}
