import { StoreRefusedError } from '@nestjs-spark/contracts';

const MAX_ID_BYTES = 512;

/**
 * RavenDB takes these without a word and stores something else, so they are refused here.
 * @returns the document as RavenDB stores it right
 * @throws {StoreRefusedError} naming the document
 */
export function checkPut(id: string, document: string): string {
  const name = JSON.stringify(id.slice(0, 100));
  if (id === '' || id.endsWith('/') || id.endsWith('|')) {
    throw new StoreRefusedError(
      `Document ${name}: RavenDB gives ids that are empty or end in "/" or "|" another one`,
    );
  }
  if (!id.isWellFormed() || !document.isWellFormed()) {
    throw new StoreRefusedError(`Document ${name} has half a surrogate pair, which RavenDB cannot keep`);
  }
  if (Buffer.byteLength(id, 'utf8') > MAX_ID_BYTES) {
    throw new StoreRefusedError(
      `Document ${name}…: its id has more than ${MAX_ID_BYTES} bytes, the most that RavenDB takes`,
    );
  }
  return MAYBE_SURROGATE.test(document) ? rawSurrogates(name, document) : document;
}

const MAYBE_SURROGATE = /\\u[dD][89a-fA-F]/;
const ESCAPES =
  /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

// RavenDB stores an escaped pair as two replacement characters; the same pair as raw UTF-8 it keeps.
function rawSurrogates(name: string, document: string): string {
  return document.replace(ESCAPES, (escape: string, high: string | undefined, low: string | undefined) => {
    if (high !== undefined && low !== undefined) {
      return String.fromCharCode(parseInt(high, 16), parseInt(low, 16));
    }
    if (escape.length === 6) {
      throw new StoreRefusedError(`Document ${name} has half a surrogate pair, which RavenDB cannot keep`);
    }
    return escape;
  });
}
