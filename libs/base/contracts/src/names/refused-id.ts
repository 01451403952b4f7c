import { ravenKey } from './id-rules.ts';

const MAX_ID_BYTES = 512;
/** What .NET calls white space. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;
// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\0-\x07\x0b\x0e-\x1f]/;

/**
 * Why no store takes a document under this id, in words that follow on "its id"; null when each keeps it as it is. RavenDB
 * stores some of them under another id silently, and refuses others; SQLite would take them. A copy may travel on, so
 * the rule is one for all.
 */
export function refusedId(id: string): string | null {
  if (BLANK.test(id) || id.endsWith('/') || id.endsWith('|')) {
    return 'may not be empty, blank or end in "/" or "|", because RavenDB would generate another id';
  }
  if (!id.isWellFormed()) return 'has half a surrogate pair, which cannot be kept';
  const control = CONTROL.exec(id)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `has the control character U+${code}, which RavenDB does not accept`;
  }
  // Almost every id ends here: a character of UTF-16 has at most three bytes in UTF-8, in lower case as well.
  if (id.length * 3 <= MAX_ID_BYTES) return null;
  if (Buffer.byteLength(id, 'utf8') > MAX_ID_BYTES) {
    return `has more than ${MAX_ID_BYTES} bytes, the maximum for an id`;
  }
  if (Buffer.byteLength(ravenKey(id), 'utf8') > MAX_ID_BYTES) {
    return `has more than ${MAX_ID_BYTES} bytes in lower case, the maximum for an id`;
  }
  return null;
}

/** Whether some id that a store takes may begin so. */
export function mayBegin(prefix: string): boolean {
  if (!prefix.isWellFormed() || CONTROL.test(prefix)) return false;
  return Buffer.byteLength(ravenKey(prefix), 'utf8') <= MAX_ID_BYTES;
}
