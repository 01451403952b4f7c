import { ContentRefusedError, DocumentsRefusedError } from '../errors/errors.ts';

const MAX_ID_BYTES = 512;
/** Nothing but white space, in the sense of .NET or of JavaScript. */
const BLANK = /^[\s\u0085]*$/;

/**
 * RavenDB takes these without a word and stores something else, so they are refused on every store: a copy may travel on.
 * @returns the document as every store keeps it right
 * @throws {ContentRefusedError} naming the document
 */
export function checkPut(id: string, document: string): string {
  if (BLANK.test(id) || id.endsWith('/') || id.endsWith('|')) {
    throw new ContentRefusedError(
      `Document ${nameOf(id)}: an id may not be empty, blank or end in "/" or "|", for which RavenDB makes another one`,
      id,
    );
  }
  if (!id.isWellFormed() || !document.isWellFormed()) throw halfAPair(id);
  if (Buffer.byteLength(id, 'utf8') > MAX_ID_BYTES) {
    throw new ContentRefusedError(
      `Document ${nameOf(id)}…: its id has more than ${MAX_ID_BYTES} bytes, the most that an id may have`,
      id,
    );
  }
  return MAYBE_SURROGATE.test(document) ? rawSurrogates(id, document) : document;
}

/**
 * The same for all documents of a set, in place.
 * @throws {DocumentsRefusedError} naming each that is refused
 */
export function checkPuts(puts: Map<string, { id: string; document: string }>): void {
  refuseTogether(puts, ([key, { id, document }]) => {
    const checked = checkPut(id, document);
    if (checked !== document) puts.set(key, { id, document: checked });
  });
}

/**
 * Looks at all of them before any is refused, so that a set of many refused documents is looked at once.
 * @throws {DocumentsRefusedError} with what `look` refused
 */
export function refuseTogether<T, R>(items: Iterable<T>, look: (item: T) => R): R[] {
  const looked: R[] = [];
  const refusals: ContentRefusedError[] = [];
  for (const item of items) {
    try {
      looked.push(look(item));
    } catch (error) {
      if (!(error instanceof ContentRefusedError)) throw error;
      refusals.push(...error.refusals);
    }
  }
  const [first, ...others] = refusals;
  if (first) throw new DocumentsRefusedError([first, ...others]);
  return looked;
}

const MAYBE_SURROGATE = /\\u[dD][89a-fA-F]/;
const ESCAPES =
  /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

// RavenDB stores an escaped pair as two replacement characters; the same pair as raw UTF-8 it keeps.
function rawSurrogates(id: string, document: string): string {
  return document.replace(ESCAPES, (escape: string, high: string | undefined, low: string | undefined) => {
    if (high !== undefined && low !== undefined) {
      return String.fromCharCode(parseInt(high, 16), parseInt(low, 16));
    }
    if (escape.length === 6) throw halfAPair(id);
    return escape;
  });
}

function halfAPair(id: string): ContentRefusedError {
  return new ContentRefusedError(
    `Document ${nameOf(id)} has half a surrogate pair, which cannot be kept`,
    id,
  );
}

function nameOf(id: string): string {
  return JSON.stringify(id.slice(0, 100));
}
