import { StoreRefusedError } from '@nestjs-spark/contracts';
import { SqliteFile, type SqliteRow, type SqliteValue, type SqliteWork } from '@nestjs-spark/sqlite/internal';
import { NO_TOTALS } from '../../batch/batch.ts';
import type { Schema } from '../../definition/types.ts';
import type { FilesFolder } from '../file/files-folder.ts';
import { ownValue } from '../own-value.ts';
import {
  FencedError,
  RecordsRefusedError,
  RunFailedError,
  type Checkpoint,
  type Claim,
  type OutBatch,
  type Sink,
} from '../ports.ts';
import { createTableSql } from '../table/create-table.ts';
import { toRows, type Refused } from '../table/rows.ts';
import { readCheckpoint, requireWritten, writeCheckpoint } from '../table/stored-checkpoint.ts';

export interface SqliteSinkOptions {
  table: string;
  /** The columns of the key. Default: the table's primary key; without one, rows are only inserted. */
  key?: readonly string[] | undefined;
  createTable?: boolean | undefined;
  schema?: Schema | undefined;
}

const TYPES = { integer: 'INTEGER', number: 'REAL', string: 'TEXT', boolean: 'INTEGER', json: 'TEXT' };
const CREATE_CHECKPOINTS = `
  CREATE TABLE IF NOT EXISTS spark_pipeline_checkpoints (
    pipeline TEXT NOT NULL, lane INTEGER NOT NULL, epoch INTEGER NOT NULL, batch INTEGER NOT NULL,
    position TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (pipeline, lane)) STRICT`;
const LOOK = 'SELECT epoch, batch, position FROM spark_pipeline_checkpoints WHERE pipeline = ? AND lane = ?';
const CLAIM = `
  INSERT INTO spark_pipeline_checkpoints (pipeline, lane, epoch, batch, position, updated_at)
  VALUES (?, ?, ?, ?, ?, datetime('now'))
  ON CONFLICT (pipeline, lane) DO UPDATE SET
    epoch = excluded.epoch, batch = excluded.batch, position = excluded.position, updated_at = excluded.updated_at`;
/** Moves the checkpoint from the previous batch to this one, if the epoch owns it. */
export const FENCE = `
  UPDATE spark_pipeline_checkpoints SET batch = ?4, position = ?5, updated_at = datetime('now')
  WHERE pipeline = ?1 AND lane = ?2 AND epoch = ?3 AND batch = ?4 - 1`;

interface Stored extends SqliteRow {
  epoch: number;
  batch: number;
  position: string;
}

interface Opened {
  file: SqliteFile;
  claim: Claim;
  key: readonly string[];
  columns: ReadonlySet<string>;
}

/** Writes rows to a table of a SQLite file in the files folder. The checkpoint is in the same file, and moves in the same transaction. */
export class SqliteSink implements Sink {
  readonly #files: FilesFolder;
  readonly #path: string;
  readonly #options: SqliteSinkOptions;
  readonly #fence: string;
  #opened: Opened | null = null;

  /** @param fence only replaced in tests that demonstrate the fence */
  constructor(files: FilesFolder, path: string, options: SqliteSinkOptions, fence = FENCE) {
    this.#files = files;
    this.#path = path;
    this.#options = options;
    this.#fence = fence;
  }

  async open(claim: Claim): Promise<Checkpoint> {
    const file = new SqliteFile(await this.#files.makeFolderOf(this.#path));
    try {
      return await file.write((work) => {
        const { key, columns } = this.#table(work);
        work.run(CREATE_CHECKPOINTS);
        const { generation, startsAt: position, epoch } = claim;
        const stored = storedOf(work, claim);
        if (stored && stored.epoch > epoch) throw new FencedError(stored.epoch);
        const known = stored ? readCheckpoint(stored.batch, stored.position) : null;
        const isKept = known !== null && known.generation >= generation;
        const checkpoint = isKept ? known : { generation, n: 0, position, totals: NO_TOTALS };
        work.run(CLAIM, ...place(claim), epoch, checkpoint.n, writeCheckpoint(checkpoint));
        this.#opened = { file, claim, key, columns };
        return checkpoint;
      });
    } catch (error) {
      await file.close();
      throw asRunError(error);
    }
  }

  async write({ records, epoch, n, checkpoint }: OutBatch): Promise<void> {
    const opened = this.#opened;
    if (!opened) throw new TypeError('The sink is not open');
    const { file, claim, key } = opened;
    const { rows, refused, columns } = toRows(records, opened.columns, key);
    if (refused.length > 0) throw new RecordsRefusedError(refused);
    const sql = insertSql(this.#options.table, columns, key);
    try {
      await file.write((work) => {
        const passed = work.run(this.#fence, ...place(claim), epoch, n, writeCheckpoint(checkpoint));
        if (passed === 0) return requireWritten(storedOf(work, claim), epoch, checkpoint);
        const against: Refused[] = [];
        for (const { at, record } of rows) {
          const values = columns.map((column) => toValue(ownValue(record.fields, column)));
          const reason = work.attempt(sql, values);
          if (reason !== null) against.push({ at, reason });
        }
        if (against.length > 0) throw new RecordsRefusedError(against);
      });
    } catch (error) {
      throw asRunError(error);
    }
  }

  async close(): Promise<void> {
    await this.#opened?.file.close();
    this.#opened = null;
  }

  #table(work: SqliteWork): { key: readonly string[]; columns: ReadonlySet<string> } {
    const { table, schema, createTable, key = [] } = this.#options;
    if (createTable) work.run(createTableSql({ sql: quote(table), schema, key }, TYPES, quote));
    // Hidden columns are generated.
    const found = work.rows<{ name: string; pk: number }>(
      'SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0',
      table,
    );
    if (found.length === 0)
      throw new RunFailedError(
        `There is no table ${table} in ${this.#path}: create it, or set "createTable" and give the definition a "schema"`,
      );
    const columns = new Set(found.map(({ name }) => name));
    const missing = key.find((name) => !columns.has(name));
    if (missing !== undefined)
      throw new RunFailedError(`${table} has no column ${missing}, which is in the sink's key`);
    const primary = found.filter(({ pk }) => pk > 0).toSorted((one, other) => one.pk - other.pk);
    return { columns, key: this.#options.key ?? primary.map(({ name }) => name) };
  }
}

const place = ({ tenant, pipelineId, lane }: Claim): [string, number] => [`${tenant}/${pipelineId}`, lane];
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function storedOf(work: SqliteWork, claim: Claim): Stored | undefined {
  return work.rows<Stored>(LOOK, ...place(claim))[0];
}

function insertSql(table: string, columns: readonly string[], key: readonly string[]): string {
  const others = columns.filter((column) => !key.includes(column)).map(quote);
  const update = others.map((name) => `${name} = excluded.${name}`).join(', ');
  const conflict =
    key.length === 0
      ? ''
      : `ON CONFLICT (${key.map(quote).join(', ')}) DO ${others.length > 0 ? `UPDATE SET ${update}` : 'NOTHING'}`;
  const places = columns.map(() => '?').join(', ');
  return `INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES (${places}) ${conflict}`;
}

/** SQLite has numbers and texts: booleans become 1 and 0, arrays and objects their JSON. */
function toValue(value: unknown): SqliteValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value;
  return JSON.stringify(value);
}

/** A refusal needs an operator; any other error is retried. */
function asRunError(error: unknown): unknown {
  return error instanceof StoreRefusedError ? new RunFailedError(error.message, { cause: error }) : error;
}
