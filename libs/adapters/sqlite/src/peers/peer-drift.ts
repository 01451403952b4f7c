import { hash } from 'node:crypto';
import { headsOf } from '../connect/replicated.ts';
import type { OpenDatabase } from '../connect/open-database.ts';
import { findTable } from '../entities/tables.ts';

/** What a file has of one record: the names of its heads, and the hash of its row; null where there is none. */
export interface RecordState {
  recordId: string;
  heads: string;
  hash: string | null;
}

/** Records after an id, in the order of ids, including those that have a row or heads only. */
export function recordStates(
  open: OpenDatabase,
  entity: string,
  after: string | null,
  limit: number,
): RecordState[] {
  const table = findTable(open, entity);
  if (!table) return [];
  const rows = open.rows<{ id: string }>(
    `SELECT id FROM (
       SELECT id FROM ${table.quoted} WHERE id > ?
       UNION SELECT record_id COLLATE NOCASE FROM spark_peer_heads WHERE entity = ? AND record_id > ?
     ) ORDER BY id COLLATE NOCASE LIMIT ?`,
    after ?? '',
    entity,
    after ?? '',
    limit,
  );
  return rows.map(({ id }) => recordState(open, entity, id));
}

/** What a file has of one record. */
export function recordState(open: OpenDatabase, entity: string, recordId: string): RecordState {
  const document = findTable(open, entity)?.get(recordId)?.document;
  return {
    recordId,
    heads: headsOf(open, entity, recordId),
    hash: document === undefined ? null : hash('sha256', document, 'base64url'),
  };
}

/** Documents of a collection as they are stored, with their versions: one by its id, or a page in the order of ids. */
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
