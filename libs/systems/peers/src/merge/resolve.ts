import { isObject, messageOf } from '@nestjs-spark/foundation/internal';
import { compareHeads } from './heads.ts';
import type { PeerEvent } from './event.ts';

/** A conflict as a resolver sees it: one head, and the result of the older ones. */
export interface Conflict<T> {
  readonly entity: string;
  readonly id: string;
  /** The result so far; null for a deleted record. */
  readonly current: T | null;
  /** The older event's document; null for a DELETE. */
  readonly local: T | null;
  /** The newer event's document; null for a DELETE. */
  readonly incoming: T | null;
}

export type Resolution<T> = { readonly type: 'put'; readonly document: T } | { readonly type: 'delete' };

/**
 * Resolves conflicts of one entity. Several nodes call it with the same input, so it must depend on nothing else: not on time or chance.
 */
export interface ConflictResolver<T> {
  /** An integer that grows with each change of the rules: the result of the highest version counts. */
  readonly version: number;
  resolve(conflict: Conflict<T>): Resolution<T>;
}

/**
 * Applies a resolver to heads, folded in the order of their stamps, so that every node gives the same input.
 * @returns the document as JSON text, null for a delete, or the reason why there is no result
 */
export function foldHeads<T>(
  resolver: ConflictResolver<T>,
  heads: readonly PeerEvent[],
): { content: string | null } | { failure: string } {
  const [oldest, ...newer] = heads.toSorted(compareHeads);
  if (!oldest) return { failure: 'there is no head' };
  try {
    let current = read<T>(oldest.data);
    let local = current;
    for (const { entity, recordId, data } of newer) {
      const incoming = read<T>(data);
      current = documentOf(resolver.resolve({ entity, id: recordId, current, local, incoming }));
      local = incoming;
    }
    return { content: current === null ? null : JSON.stringify(current) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function read<T>(data: string | null): T | null {
  return data === null ? null : (JSON.parse(data) as T);
}

function documentOf<T>(resolution: Resolution<T>): T | null {
  if (resolution.type === 'delete') return null;
  return requireDocument(resolution.document);
}

/** @throws {Error} if a resolver returned something other than a document */
export function requireDocument<T>(document: T): T {
  if (isObject(document)) return document;
  throw new Error('the resolver did not return a document');
}
