import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage, DeleteCover, FeedQuery, SourceChange } from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { findTable } from '../entities/tables.ts';
import { sourceDocument } from './source-document.ts';

interface Part {
  changes: SourceChange[];
  /** What is covered; the end when nothing was left out. */
  to: Etag;
}

/** One page of one snapshot of the database; nothing can be missing between its documents and its deletes. */
export function readPage(open: OpenDatabase, query: FeedQuery, maxBytes: number): ChangePage {
  const { collection, from, deletesAfter, limit } = query;
  const { databaseId, lastEtag } = open;
  const page = { databaseId, from, lastEtag };
  if (lastEtag < from) {
    // A database that ends before the reader's position is not drained: it is a different one, or was restored.
    const drained = lastEtag === from - 1;
    return { ...page, to: from - 1, drained, changes: [], deletes: Promise.resolve('kept') };
  }
  const table = findTable(open, collection);
  const documents = table ? readDocuments(open, table, from, lastEtag, limit, maxBytes) : nothing(lastEtag);
  const since = Math.max(from - 1, deletesAfter);
  const removed = table ? readDeletes(table, since, documents.to, limit) : nothing(documents.to);
  const to = removed.to;
  const puts = documents.changes.filter(({ etag }) => etag <= to);
  const changes = removed.changes.length === 0 ? puts : inOrder([...puts, ...removed.changes]);
  const deletes = Promise.resolve(to > deletesAfter ? coverSince(open, since) : 'kept');
  return { ...page, to, drained: to === lastEtag, changes, deletes };
}

function readDocuments(
  open: OpenDatabase,
  table: DocumentTable,
  from: Etag,
  lastEtag: Etag,
  limit: number,
  maxBytes: number,
): Part {
  const { databaseId } = open;
  const { collection } = table;
  const changes: SourceChange[] = [];
  let bytes = 0;
  for (const row of table.from(from)) {
    const document = sourceDocument(row, collection, databaseId);
    changes.push({ kind: 'put', etag: row.etag, ...document });
    bytes += document.json.length;
    if (changes.length >= limit || bytes >= maxBytes) return { changes, to: row.etag };
  }
  return { changes, to: lastEtag };
}

function readDeletes(table: DocumentTable, after: Etag, to: Etag, limit: number): Part {
  if (to <= after) return nothing(to);
  const found = table.deletes(after, to, limit);
  const changes = found
    // A recreated document appears as it is now, at its old position.
    .filter(({ id }) => table.mark(id) === null)
    .map(({ id, etag }): SourceChange => ({ kind: 'delete', id, etag }));
  const last = found.at(-1);
  return { changes, to: found.length === limit && last ? last.etag : to };
}

function nothing(to: Etag): Part {
  return { changes: [], to };
}

function inOrder(changes: SourceChange[]): SourceChange[] {
  return changes.toSorted((a, b) => a.etag - b.etag);
}

function coverSince(open: OpenDatabase, etag: Etag): DeleteCover {
  const trimmed = open.number('SELECT trimmed AS value FROM spark_database');
  return trimmed <= etag ? 'kept' : 'lost';
}
