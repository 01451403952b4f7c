import { ContentRefusedError } from '../errors/errors.ts';
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
