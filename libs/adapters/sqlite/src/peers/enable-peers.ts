import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { OpenDatabase } from '../connect/open-database.ts';
import { allTables, declareTable } from '../entities/tables.ts';
import type { TableDeclaration } from '../entities/declaration.ts';
import { recordMigration, schemaVersion } from '../schema/migrate.ts';
import { quoteName } from '../schema/table-name.ts';
import { PeerRows } from './peer-rows.ts';
import {
  addEventColumns,
  fillEventTable,
  ID_RULE,
  isEventTableEmpty,
  isNoId,
  localTriggerSql,
  joinDeletes,
  peerTriggerName,
  showLatestOf,
} from './peer-event-table.ts';
import { ADDED_COLUMNS, PEER_TABLES, peerTriggerSql, PLACE_TRIGGERS } from './peer-schema.ts';
import { setReplicated } from '../connect/replicated.ts';
import { leaveUnshown, noteUnshown, UNSHOWN_TABLE } from './unshown-records.ts';

/**
 * The page cache of a file, in KiB. A first start, and taking or loading a snapshot, touch every page once and fill a cache of any
 * size; the operating system caches the pages that are needed again. A larger one made none of these faster.
 */
const CACHE_KIB = 8_000;

/** How a file becomes one of several replicas. */
export interface PeerSetup {
  /** The origin under which this run of the process numbers its events; never used before. */
  readonly origin: string;
  /** Suffix of the ids that this file makes; a file that already has one keeps it. */
  readonly tag: string;
  /** The node's name: a file of another node is a copy, and makes ids of its own from now on. */
  readonly node: string;
  /** Added to the wall clock, in milliseconds, until the log's time is known. */
  readonly clockShiftMs: number;
  readonly declarations: readonly TableDeclaration[];
}

/**
 * Creates what a replica's file needs, and begins to record events under another origin; in a write transaction. Call
 * `takeUnshown` next, for records whose events are here but not shown because their collection was not replicated before, then
 * `noteRows`, for rows that have no event yet.
 * @returns whether it is a copy of another node's file
 * @throws {StoreRefusedError} when a table could refuse what another node has written
 */
export function enablePeers(open: OpenDatabase, setup: PeerSetup): { isCopy: boolean } {
  open.db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  open.db.exec(PEER_TABLES);
  open.db.exec(UNSHOWN_TABLE);
  addColumns(open);
  open.db.exec(PLACE_TRIGGERS);
  open.db
    .prepare('INSERT INTO spark_peer (one, origin, tag) VALUES (1, ?, ?) ON CONFLICT (one) DO NOTHING')
    .run(setup.origin, setup.tag);
  open.db
    .prepare('UPDATE spark_peer SET clock = ?, applying = FALSE, tx = 0')
    .run(Math.round(setup.clockShiftMs * 1_000));
  const isCopy = open.row('SELECT 1 AS found FROM spark_peer WHERE node <> ?', setup.node) !== null;
  if (isCopy) open.db.prepare('UPDATE spark_peer SET tag = ?').run(setup.tag);
  open.db.prepare('UPDATE spark_peer SET node = ?').run(setup.node);
  const file = new PeerRows(open);
  file.takeOrigin(setup.origin);
  const added = setup.declarations.filter((declaration) => enableTable(open, declaration));
  for (const { collection } of added) noteUnshown(open, collection);
  stopOthers(open, setup.declarations);
  const collections = setup.declarations.map(({ collection }) => collection);
  leaveUnshown(open, file, collections);
  const tag = String(open.db.prepare('SELECT tag FROM spark_peer').get()?.['tag']);
  setReplicated(open, { collections, tag });
  return { isCopy };
}

/** Collections that were replicated and are not any more, because their declaration has changed. */
function stopOthers(open: OpenDatabase, declarations: readonly TableDeclaration[]): void {
  for (const { name, collection } of allTables(open)) {
    if (!hasPeerTrigger(open, name) || declarations.some((one) => one.collection === collection)) continue;
    open.db.exec(localTriggerSql(name));
    recordMigration(open.db, schemaVersion(open.db), `${name} is not replicated any more`);
  }
}

function hasPeerTrigger(open: OpenDatabase, table: string): boolean {
  const sql = `SELECT 1 AS found FROM sqlite_schema WHERE type = 'trigger' AND name = ?`;
  return open.row(sql, peerTriggerName(table)) !== null;
}

function addColumns(open: OpenDatabase): void {
  for (const { table, column, type } of ADDED_COLUMNS) {
    const isThere = open.row('SELECT 1 AS found FROM pragma_table_info(?) WHERE name = ?', table, column);
    if (isThere === null) open.db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}

/** @returns whether the table was not replicated before */
function enableTable(open: OpenDatabase, declaration: TableDeclaration): boolean {
  const { collection } = declaration;
  const { name } = declareTable(open, declaration);
  refuseConstraints(open, collection, name);
  const isNew = !hasPeerTrigger(open, name);
  if (isNew) refuseIds(open, collection, name);
  const lackedColumns = addEventColumns(open, name, !isNew);
  open.db.exec(peerTriggerSql(name, collection));
  // After the trigger is replaced: an earlier version's would record the filled-in rows as changes.
  if (lackedColumns && !isNew) fillEventTable(open, collection, name);
  // Filling in all events would keep the process busy for a long time, only for most of them to be removed again.
  else if (isNew || isEventTableEmpty(open, name)) showLatestOf(open, collection, name);
  if (isNew) recordMigration(open.db, schemaVersion(open.db), `${name} is replicated`);
  if (lackedColumns && !isNew) joinDeletes(open, name);
  return isNew;
}

/** Applying must never fail on what a document says: the nodes would stay different forever. */
function refuseConstraints(open: OpenDatabase, collection: string, table: string): void {
  const keys = open.rows(`PRAGMA foreign_key_list(${quoteName(table)})`);
  const unique = open
    .rows<{ name: string; unique: number; origin: string }>(`PRAGMA index_list(${quoteName(table)})`)
    .filter((index) => index.unique === 1 && !isOfId(open, index.name));
  if (keys.length === 0 && unique.length === 0) return;
  const what = keys.length > 0 ? 'a FOREIGN KEY' : `UNIQUE (${unique.map(({ name }) => name).join(', ')})`;
  throw new StoreRefusedError(
    `${collection} cannot be replicated: its table ${table} has ${what}, so it could reject what another node has written. Remove the constraint; make values that have to be unique the document's id.`,
  );
}

/** Other programs may have written such rows before the table was replicated; from then on its trigger refuses them. */
function refuseIds(open: OpenDatabase, collection: string, table: string): void {
  const row = open.row<{ id: string }>(
    `SELECT substr(id, 1, 40) AS id FROM ${quoteName(table)} WHERE ${isNoId('id')} LIMIT 1`,
  );
  if (row === null) return;
  throw new StoreRefusedError(
    `${collection} cannot be replicated: its table ${table} has a row whose id begins with ${JSON.stringify(row.id)}, but the id of a replicated document ${ID_RULE}. Delete the row, or write the document under another id.`,
  );
}

function isOfId(open: OpenDatabase, index: string): boolean {
  const columns = open.rows<{ name: string }>(`PRAGMA index_info(${quoteName(index)})`);
  return columns.length === 1 && columns[0]?.name === 'id';
}
