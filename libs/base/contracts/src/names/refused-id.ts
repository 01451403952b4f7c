import { ravenKey } from './id-rules.ts';

const MAX_ID_BYTES = 512;
/** White space as .NET defines it. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;
// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\0-\x07\x0b\x0e-\x1f]/;
/** The characters allowed in an id that JSON escapes. */
const ESCAPED = /[\b\t\n\f\r"\\]/g;
/** Almost every id: visible ASCII that JSON does not escape, and short enough. */
const USUAL = /^[!#-[\]-~]{0,169}[!#-.0-[\]-{}~]$/;

/**
 * Why no store accepts a document under this id, phrased to follow "its id"; null when every store keeps it unchanged. RavenDB
 * silently stores some of these under another id and refuses others; SQLite would accept them. Since a copy may travel on, the
 * rule is the same for all.
 */
export function refusedId(id: string): string | null {
  if (USUAL.test(id)) return null;
  if (BLANK.test(id) || id.endsWith('/') || id.endsWith('|')) {
    return 'may not be empty, blank or end in "/" or "|", because RavenDB would generate another id';
  }
  if (!id.isWellFormed()) return 'has half a surrogate pair, which cannot be kept';
  const control = CONTROL.exec(id)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `has the control character U+${code}, which RavenDB does not accept`;
  }
  const unreadable = unreadableName(id);
  if (unreadable !== null) return unreadable;
  if (Buffer.byteLength(id, 'utf8') > MAX_ID_BYTES) {
    return `has more than ${MAX_ID_BYTES} bytes, the maximum for an id`;
  }
  if (Buffer.byteLength(ravenKey(id), 'utf8') > MAX_ID_BYTES) {
    return `has more than ${MAX_ID_BYTES} bytes in lower case, the maximum for an id`;
  }
  return null;
}

/** Whether an acceptable id may begin with this. */
export function mayBegin(prefix: string): boolean {
  if (!prefix.isWellFormed() || CONTROL.test(prefix) || unreadableIn(prefix) !== null) return false;
  return Buffer.byteLength(ravenKey(prefix), 'utf8') <= MAX_ID_BYTES;
}

/**
 * Why RavenDB cannot return a document with this id, or with this name or content type of an attachment, phrased to follow what it is; null
 * when it can. Counters and time series may have any name.
 */
export function unreadableName(name: string): string | null {
  const character = unreadableIn(name);
  if (character === null) return null;
  return `has ${JSON.stringify(character)} after a letter whose lower-case form has a different length in UTF-8: RavenDB stores such a document, but can return neither it nor any list that contains it`;
}

/**
 * The first character that RavenDB fails to escape; null when it can write the name as JSON. It remembers positions to escape in the
 * lower-case name, but writes the name as it was given (7.2.7: "Invalid escape char", in the middle of an answer with status 200).
 */
function unreadableIn(id: string): string | null {
  let at = 0;
  for (const { 0: character, index } of id.matchAll(ESCAPED)) {
    // What is before that has the same length in lower case, or would have ended this.
    const between = id.slice(at, index);
    if (Buffer.byteLength(between, 'utf8') !== Buffer.byteLength(ravenKey(between), 'utf8')) return character;
    at = index;
  }
  return null;
}
