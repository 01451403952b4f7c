import { ContentRefusedError } from '../errors/errors.ts';

const MAX_ID_BYTES = 512;

/**
 * RavenDB takes these without a word and stores something else, so they are refused on every store: a copy may travel on.
 * @returns the document as every store keeps it right
 * @throws {ContentRefusedError} naming the document
 */
export function checkPut(id: string, document: string): string {
  if (id === '' || id.endsWith('/') || id.endsWith('|')) {
    throw new ContentRefusedError(
      `Document ${nameOf(id)}: an id may not be empty or end in "/" or "|", for which RavenDB makes another one`,
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
