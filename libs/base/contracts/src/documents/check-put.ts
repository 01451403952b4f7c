import { ContentRefusedError, DocumentsRefusedError } from '../errors/errors.ts';
import { unsettledId } from '../names/id-rules.ts';
import { refusedId } from '../names/refused-id.ts';

/**
 * Refuses on every store what one of them would change without a word, since a copy may travel on.
 * @returns the document as every store keeps it right
 * @throws {ContentRefusedError} naming the document
 */
export function checkPut(id: string, document: string): string {
  const refused = refusedId(id);
  if (refused !== null) throw new ContentRefusedError(`Document ${nameOf(id)}: its id ${refused}`, id);
  if (!document.isWellFormed()) throw halfAPair(id);
  return MAYBE_SURROGATE.test(document) ? rawSurrogates(id, document) : document;
}

/**
 * For a copy from or to RavenDB.
 * @throws {ContentRefusedError} for an id that RavenDB's servers do not all find by the same key
 */
export function checkSettled(id: string): void {
  const reason = unsettledId(id);
  if (reason !== null) throw new ContentRefusedError(`Document ${nameOf(id)}: its id ${reason}`, id);
}

/**
 * The same for all documents of a set, in place.
 * @param more what else may refuse one of them
 * @throws {DocumentsRefusedError} naming each that is refused
 */
export function checkPuts(
  puts: Map<string, { id: string; document: string }>,
  more: (put: { id: string }) => void = () => undefined,
): void {
  refuseTogether(puts, ([key, { id, document }]) => {
    more({ id });
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
