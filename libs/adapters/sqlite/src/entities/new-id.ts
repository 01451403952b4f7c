import type { OpenDatabase } from '../connect/open-database.ts';
import { idTag } from '../connect/replicated.ts';
import type { DocumentTable } from './document-table.ts';

/** `cars/1-A`, as RavenDB makes them; in a replicated collection with the node's tag instead of A; in a write transaction. */
export function newId(open: OpenDatabase, table: DocumentTable): string {
  const next = open.prepare(`
    INSERT INTO spark_ids (collection, last) VALUES (?, 1)
    ON CONFLICT (collection) DO UPDATE SET last = last + 1 RETURNING last`);
  for (;;) {
    const number = Number(next.get(table.collection)?.['last']);
    const id = `${idPrefix(table.collection)}/${number}-${idTag(open, table.collection)}`;
    if (table.mark(id) === null) return id;
  }
}

/** Lower case, unless the name has several capitals: `cars`, `CarBrands`. */
function idPrefix(collection: string): string {
  const capitals = collection.match(/\p{Lu}/gu)?.length ?? 0;
  return capitals <= 1 ? collection.toLowerCase() : collection;
}
