import { isObject } from '@nestjs-spark/foundation/internal';
import { ContentRefusedError, DocumentsRefusedError } from '../errors/errors.ts';
import { unsettledId } from '../names/id-rules.ts';
import { isHouseCollection, RESERVED, reservedDocument } from '../names/house-documents.ts';
import { refusedId } from '../names/refused-id.ts';

/**
 * Refuses on every store what any one of them would silently change, since a copy may travel on to another store.
 * @returns the document in a form that every store keeps unchanged
 * @throws {ContentRefusedError} naming the document
 */
export function checkPut(id: string, document: string): string {
  const refused = refusedId(id);
  if (refused !== null) throw new ContentRefusedError(`Document ${nameOf(id)}: its id ${refused}`, id);
  if (!document.isWellFormed()) throw halfAPair(id);
  return MAYBE_SURROGATE.test(document) ? rawSurrogates(id, document) : document;
}

/**
 * For every document that an application or a script writes, as opposed to Spark's own.
 * @param collection null when unknown
 * @throws {ContentRefusedError} of the kind `reserved`
 */
export function checkUnreserved(id: string, collection: string | null): void {
  const reserved = reservedDocument(id, collection);
  if (reserved === null) return;
  throw new ContentRefusedError(`Document ${nameOf(id)}: its ${reserved}`, id, { kind: RESERVED });
}

/** For every write of an application. @throws {ContentRefusedError} of the kind `reserved` */
export function checkWrite({
  kind,
  id,
  declaration,
}: {
  kind: 'put' | 'delete';
  id: string;
  declaration: { collection: string };
}): void {
  if (kind === 'put') checkUnreserved(id, declaration.collection);
  else checkDelete(id, declaration.collection);
}

/**
 * For every document that an application deletes. It may remove what an older version let it write under one of Spark's ids.
 * @throws {ContentRefusedError} of the kind `reserved`
 */
export function checkDelete(id: string, collection: string): void {
  if (isHouseCollection(collection)) checkUnreserved(id, collection);
}

/**
 * For a copy as received from an owner.
 * @throws {ContentRefusedError} of the kind `reserved`
 */
export function checkCopy(id: string, document: string): void {
  checkUnreserved(id, MAYBE_RESERVED.test(document) ? collectionOf(document) : null);
}

/**
 * For a copy from or to RavenDB.
 * @throws {ContentRefusedError} for an id that not all RavenDB servers look up under the same key
 */
export function checkSettled(id: string): void {
  const reason = unsettledId(id);
  if (reason !== null) throw new ContentRefusedError(`Document ${nameOf(id)}: its id ${reason}`, id);
}

/**
 * As `checkPut`, for all documents of a set, in place.
 * @param more additional checks that may refuse a document
 * @throws {DocumentsRefusedError} naming every refused document
 */
export function checkPuts(
  puts: Map<string, { id: string; document: string }>,
  more: (put: { id: string; document: string }) => void = () => undefined,
): void {
  refuseTogether(puts, ([key, { id, document }]) => {
    more({ id, document });
    const checked = checkPut(id, document);
    if (checked !== document) puts.set(key, { id, document: checked });
  });
}

/**
 * Checks all items before refusing any, so that a set with many refused documents is only checked once.
 * @throws {DocumentsRefusedError} with everything that `look` refused
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

// Parsing every copy would cost more than all other checks. An escape may hide a letter of the name.
const MAYBE_RESERVED = /"@collection"\s*:\s*"(?:spark|moduleinformations)|\\u00[2-7]/i;

function collectionOf(document: string): string | null {
  const metadata = readObject(document)?.['@metadata'];
  const collection = isObject(metadata) ? metadata['@collection'] : null;
  return typeof collection === 'string' ? collection : null;
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // The store itself refuses it.
    return null;
  }
}

const MAYBE_SURROGATE = /\\u[dD][89a-fA-F]/;
const ESCAPES =
  /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

// RavenDB stores an escaped surrogate pair as two replacement characters, but keeps the same pair as raw UTF-8.
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
