import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { canHaveColumn, IS_KEEPABLE } from './document-table-sql.ts';
import { indexedFields, rebuildTable } from './rebuild-table.ts';
import { setAsideRow } from './set-aside-rows.ts';
import { eventTableName, quoteName } from './table-name.ts';

/**
 * Migrates the tables of the first version. Numbers stay, so versions, copies and readers continue; only repaired rows get a new
 * number and an event, since readers may not have seen them.
 * @returns what was set aside or could not be carried over, in words
 */
export function repairTables(db: DatabaseSync): string[] {
  const tables = db.prepare('SELECT name FROM spark_tables').all();
  return tables.flatMap(({ name }) => repairTable(db, String(name)));
}

function repairTable(db: DatabaseSync, table: string): string[] {
  const unreadable = rowNumbers(
    db,
    `SELECT _etag FROM ${quoteName(table)} WHERE (${IS_KEEPABLE}) IS NOT TRUE`,
  );
  const olderOnes = rowNumbers(db, olderSql(table), JSON.stringify(unreadable));
  const unseen = rowNumbers(db, unseenSql(table)).filter(
    (etag) => !unreadable.includes(etag) && !olderOnes.includes(etag),
  );
  const gone = unreadable.map((etag) => textId(db, table, etag));
  const told = [
    ...unreadable.map((etag) => setAsideRow(db, table, etag, 'it is not an id with a JSON object')),
    ...olderOnes.map((etag) => setAsideRow(db, table, etag, 'a newer one of this id is there')),
  ];
  const fields = indexedFields(db, table).filter(canHaveColumn);
  const lost = rebuildTable(db, table, fields, [...unreadable, ...olderOnes]);
  // Like another program, so that the triggers assign numbers and events.
  for (const etag of unseen) {
    db.prepare(`UPDATE ${quoteName(table)} SET _document = _document WHERE _etag = ?`).run(etag);
  }
  for (const id of gone) recordDelete(db, table, id);
  return [...told, ...lost];
}

/** Of several rows of one id, all but the one with the highest number, which is the one that readers have seen last. */
function olderSql(table: string): string {
  const kept = `SELECT _etag, id FROM ${quoteName(table)} WHERE _etag NOT IN (SELECT value FROM json_each(?))`;
  return `
    WITH kept AS MATERIALIZED (${kept}),
      newest AS MATERIALIZED (SELECT id, max(_etag) AS _etag FROM kept GROUP BY id COLLATE NOCASE HAVING count(*) > 1)
    SELECT kept._etag FROM kept JOIN newest ON kept.id = newest.id COLLATE NOCASE
    WHERE kept._etag <> newest._etag ORDER BY kept._etag`;
}

/**
 * Rows of which a reader may have seen something else, or nothing: those whose id occurs several times, those that differ from
 * their own event, and those without a key, because a conflict clause had skipped it.
 */
function unseenSql(table: string): string {
  const name = quoteName(table);
  return `
    WITH several AS MATERIALIZED (SELECT id FROM ${name} GROUP BY id COLLATE NOCASE HAVING count(*) > 1)
    SELECT _etag FROM ${name} AS row
    WHERE _key IS NULL OR EXISTS (SELECT 1 FROM several WHERE several.id = row.id COLLATE NOCASE) OR EXISTS
      (SELECT 1 FROM ${quoteName(eventTableName(table))} AS event
       WHERE source_node_id = (SELECT database_id FROM spark_database) AND sequence_number = row._etag
         AND data IS NOT NULL AND data <> _document)
    ORDER BY _etag`;
}

function rowNumbers(db: DatabaseSync, sql: string, ...parameters: SQLInputValue[]): number[] {
  const rows = db.prepare(sql).all(...parameters);
  return rows.map(({ _etag }) => Number(_etag));
}

function textId(db: DatabaseSync, table: string, etag: number): string | null {
  const sql = `SELECT iif(typeof(id) = 'text', id, NULL) AS id FROM ${quoteName(table)} WHERE _etag = ?`;
  const id = db.prepare(sql).get(etag)?.['id'];
  return typeof id === 'string' ? id : null;
}

/** Modules that have a copy of a removed document remove it. */
function recordDelete(db: DatabaseSync, table: string, id: string | null): void {
  const sql = `SELECT 1 FROM ${quoteName(table)} WHERE id = ?`;
  if (id === null || db.prepare(sql).get(id)) return;
  db.exec('UPDATE spark_database SET last_etag = last_etag + 1');
  db.prepare(
    `INSERT INTO ${quoteName(eventTableName(table))}
       (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
     SELECT database_id || '-' || last_etag, 'DELETE', ?, NULL, ?, database_id, last_etag FROM spark_database`,
  ).run(id, Date.now());
}
