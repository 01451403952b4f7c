import { idKey, type Effect } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { RavenRefusedError } from '../connect/server-error.ts';
import { lookUp } from './find-copies.ts';
import type { Copy } from './own-copies.ts';

/** RavenDB does not let a PUT change a document's collection; deleting it first does. */
export function isCollectionMismatch(error: unknown): error is RavenRefusedError {
  return error instanceof RavenRefusedError && error.type.includes('CollectionMismatch');
}

/**
 * Copies that stand where a document of another collection is to be put: one that was deleted at its source and made
 * again in another collection, of which the other task has not heard yet. Documents of the module's own are left alone.
 */
export async function findMovedCopies(http: RavenHttp, { puts, rule }: Effect): Promise<Copy[]> {
  const existing = await lookUp(
    http,
    [...puts.values()].map(({ id }) => id),
  );
  return existing.filter(
    ({ id, collection, generation }) =>
      generation !== null && collectionOf(puts.get(idKey(rule, id))?.document) !== collection.toLowerCase(),
  );
}

function collectionOf(document: string | undefined): string {
  const { '@metadata': metadata } = JSON.parse(document ?? '{}') as {
    '@metadata'?: { '@collection'?: string };
  };
  return (metadata?.['@collection'] ?? '@empty').toLowerCase();
}
