import { ContentRefusedError } from '../errors/errors.ts';
import { refuseTogether } from './check-put.ts';

/**
 * Finds the documents a store could not read, when the store refused the whole set without naming them.
 * @throws {DocumentsRefusedError} naming them; `cause` when none is found
 */
export function blame(puts: Iterable<{ id: string; document: string }>, cause: unknown): never {
  refuseTogether(puts, ({ id, document }) => {
    const reason = unreadable(document);
    if (reason) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id, { cause });
  });
  throw cause;
}

/** Why a text cannot be a document, in words; null when it can. */
export function unreadable(document: string): string | null {
  try {
    const value: unknown = JSON.parse(document);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
    return hasInfinity(value) ? 'has a number that no double can hold' : null;
  } catch (error) {
    return `is not JSON: ${error instanceof Error ? error.name : 'unreadable'}`;
  }
}

function hasInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinity);
}
