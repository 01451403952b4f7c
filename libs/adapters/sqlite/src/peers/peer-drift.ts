import { hash } from 'node:crypto';
import { headsOf } from '../connect/replicated.ts';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { DocumentTable } from '../entities/document-table.ts';
import { findTable } from '../entities/tables.ts';

/** A file's state of one record: the names of its heads, and the hash of its row; null without one. */
export interface RecordState {
  recordId: string;
  heads: string;
  hash: string | null;
}

/** Records after an id, in id order, including those that only have a row or only heads. */
export function recordStates(
  open: OpenDatabase,
  entity: string,
  after: string | null,
  limit: number,
): RecordState[] {
  const table = findTable(open, entity);
  if (!table) return [];
  // Each part by its index and only as far as needed: otherwise every page would read all that is left.
  const rows = open.rows<{ id: string }>(
    `SELECT id FROM (
       SELECT id FROM (SELECT id FROM ${table.quoted} WHERE id > ? ORDER BY id LIMIT ?)
       UNION SELECT id FROM (SELECT DISTINCT record_id AS id FROM spark_peer_heads
         WHERE entity = ? AND record_id > ? ORDER BY record_id LIMIT ?)
     ) ORDER BY id COLLATE NOCASE LIMIT ?`,
    after ?? '',
    limit,
    entity,
    after ?? '',
    limit,
    limit,
  );
  return rows.map(({ id }) => stateIn(open, table, entity, id));
}

/** A file's state of one record. */
export function recordState(open: OpenDatabase, entity: string, recordId: string): RecordState {
  return stateIn(open, findTable(open, entity), entity, recordId);
}

function stateIn(
  open: OpenDatabase,
  table: DocumentTable | null,
  entity: string,
  recordId: string,
): RecordState {
  const document = table?.get(recordId)?.document;
  return {
    recordId,
    heads: headsOf(open, entity, recordId),
    hash: document === undefined ? null : hash('sha256', document, 'base64url'),
  };
}

/** Documents of a collection as stored, with their versions: one by id, or a page in id order. */
export function storedDocuments(
  open: OpenDatabase,
  entity: string,
  wanted: { id: string } | { skip: number; take: number },
): { items: { id: string; document: string; version: string }[]; total: number } {
  const table = findTable(open, entity);
  if (!table) return { items: [], total: 0 };
  const ids =
    'id' in wanted
      ? [wanted.id]
      : open
          .rows<{ id: string }>(
            `SELECT id FROM ${table.quoted} ORDER BY id LIMIT ? OFFSET ?`,
            wanted.take,
            wanted.skip,
          )
          .map(({ id }) => id);
  const items = ids.flatMap((id) => {
    const row = table.get(id);
    return row ? [{ id: row.id, document: row.document, version: headsOf(open, entity, id) }] : [];
  });
  return { items, total: 'id' in wanted ? items.length : table.count() };
}

/** Stores the figures of a collection, one per bucket. */
export function keepDigest(open: OpenDatabase, entity: string, figures: readonly number[]): void {
  const keep = open.prepare(
    `INSERT INTO spark_peer_digest (entity, bucket, figure) VALUES (?, ?, ?)
     ON CONFLICT (entity, bucket) DO UPDATE SET figure = excluded.figure WHERE figure <> excluded.figure`,
  );
  figures.forEach((figure, bucket) => keep.run(entity, bucket, figure));
}

/** The figures that were last stored, in bucket order. */
export function keptDigest(open: OpenDatabase, entity: string): number[] {
  const sql = 'SELECT figure FROM spark_peer_digest WHERE entity = ? ORDER BY bucket';
  return open.rows<{ figure: number }>(sql, entity).map(({ figure }) => figure);
}
