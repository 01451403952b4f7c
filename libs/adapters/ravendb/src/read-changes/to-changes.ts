import type { Etag } from '@nestjs-spark/contracts';
import type { SourceChange } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { RawPage } from './raw-page.ts';

/** One collection's part of a page, documents and deletes in one order. */
export function toChanges(page: RawPage, collection: string, deletesAfter: Etag): SourceChange[] {
  const wanted = (name: string) => name === collection || nameKey(name) === collection;
  const puts: SourceChange[] = page.documents.filter((document) => wanted(document.collection));
  const deletes = page.tombstones
    .filter((item) => item.etag > deletesAfter && wanted(item.collection))
    .map(({ id, etag }): SourceChange => ({ kind: 'delete', id, etag }));
  return deletes.length === 0 ? puts : [...puts, ...deletes].toSorted((a, b) => a.etag - b.etag);
}
