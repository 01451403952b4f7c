import {
  describeTable,
  type PostgresConnection,
  PostgresError,
  quoteName,
  quoteTable,
  type Query,
  type Table,
} from '@nestjs-spark/postgres/internal';
import type { Schema } from '../../definition/types.ts';
import {
  FencedError,
  RecordsRefusedError,
  RunFailedError,
  type Checkpoint,
  type Claim,
  type OutBatch,
  type Sink,
} from '../ports.ts';
import { NO_TOTALS } from '../../batch/batch.ts';
import { createTableSql } from '../table/create-table.ts';
import { findRefused } from '../table/find-refused.ts';
import { toRows, type Row } from '../table/rows.ts';
import {
  readCheckpoint,
  requireWritten,
  writeCheckpoint,
  type StoredRow,
} from '../table/stored-checkpoint.ts';
import {
  CLAIM,
  CREATE_CHECKPOINTS,
  FENCE,
  FIND_CHECKPOINTS,
  insertStatement,
  LOOK,
  writeStatement,
} from './statements.ts';

export interface PostgresSinkOptions {
  /** `table` or `schema.table`. */
  table: string;
  /** The columns of the key. Default: the table's primary key; without one, rows are only inserted. */
  key?: readonly string[] | undefined;
  /** Creates the table from the schema if it does not exist. */
  createTable?: boolean | undefined;
  schema?: Schema | undefined;
}

const TYPES = {
  integer: 'bigint',
  number: 'double precision',
  string: 'text',
  boolean: 'boolean',
  json: 'jsonb',
};
/** How many sets of columns have a prepared statement on the server. */
const MOST_PREPARED = 32;

interface Opened {
  claim: Claim;
  table: Table;
  key: readonly string[];
  columns: ReadonlySet<string>;
  prepared: Map<string, string>;
}

/** Writes rows to a PostgreSQL table. The checkpoint is in the same database, and moves in the statement that writes the rows. */
export class PostgresSink implements Sink {
  readonly #connection: PostgresConnection;
  readonly #options: PostgresSinkOptions;
  readonly #fence: string;
  #opened: Opened | null = null;

  /** @param fence only replaced in tests that demonstrate the fence */
  constructor(connection: PostgresConnection, options: PostgresSinkOptions, fence: string = FENCE) {
    this.#connection = connection;
    this.#options = options;
    this.#fence = fence;
  }

  async open(claim: Claim): Promise<Checkpoint> {
    const [{ found } = { found: false }] = await this.#ask<{ found: boolean }>({ text: FIND_CHECKPOINTS });
    if (!found) await this.#create(CREATE_CHECKPOINTS);
    const table = await this.#table();
    const key = this.#options.key ?? table.primaryKey;
    const columns = new Set(table.columns.map(({ name }) => name));
    const missing = key.find((name) => !columns.has(name));
    if (missing !== undefined)
      throw new RunFailedError(`${this.#options.table} has no column ${missing}, which is in the sink's key`);
    this.#opened = { claim, table, key, columns, prepared: new Map() };
    const { generation, startsAt: position, epoch } = claim;
    const fresh = writeCheckpoint({ generation, position, totals: NO_TOTALS });
    const values = [...place(claim), epoch, fresh, generation];
    const [row] = await this.#ask<{ batch: unknown; position: unknown }>({ text: CLAIM, values });
    if (row) return readCheckpoint(row.batch, row.position);
    const stored = await this.#look(claim);
    throw new FencedError(Number(stored?.epoch));
  }

  async write({ records, epoch, n, checkpoint }: OutBatch): Promise<void> {
    const opened = this.#opened;
    if (!opened) throw new TypeError('The sink is not open');
    const { claim, table, key } = opened;
    const { rows, refused, columns } = toRows(records, opened.columns, key);
    if (refused.length > 0) throw new RecordsRefusedError(refused);
    const values = [...place(claim), epoch, n, writeCheckpoint(checkpoint)];
    if (columns.length > 0) values.push(jsonOf(rows));
    try {
      const query = { ...this.#statement(opened, columns), values };
      const [answer] = await this.#connection.query<{ passed: number }>(query);
      if (answer?.passed === 0) requireWritten(await this.#look(claim), epoch, checkpoint);
    } catch (error) {
      if (!(error instanceof PostgresError) || error.kind !== 'record') throw asRunError(error);
      throw await this.#refusedOf(rows, insertStatement(table, columns, key, '$1'), error);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #statement({ table, key, prepared }: Opened, columns: readonly string[]): { text: string; name?: string } {
    const text = writeStatement(table, columns, key, this.#fence);
    const known = prepared.get(text) ?? (prepared.size < MOST_PREPARED ? `spark-${prepared.size}` : null);
    if (known === null) return { text };
    prepared.set(text, known);
    return { text, name: known };
  }

  async #look(claim: Claim): Promise<StoredRow | undefined> {
    const [stored] = await this.#ask<StoredRow & Record<string, unknown>>({
      text: LOOK,
      values: place(claim),
    });
    return stored;
  }

  async #refusedOf(rows: readonly Row[], text: string, error: PostgresError): Promise<Error> {
    const refused = await findRefused(rows, async (part) => {
      try {
        await this.#connection.attempt({ text, values: [jsonOf(part)] });
        return null;
      } catch (cause) {
        if (cause instanceof PostgresError && cause.kind === 'record') return cause.message;
        throw asRunError(cause);
      }
    });
    if (refused.length > 0) return new RecordsRefusedError(refused);
    return new RunFailedError(
      `${this.#options.table} refuses rows that it takes one by one: ${error.message}`,
    );
  }

  async #table(): Promise<Table> {
    const { table: name, createTable, schema, key = [] } = this.#options;
    const find = () => describeTable(this.#connection, name).catch(throwAsRunError);
    const found = await find();
    if (found) return found;
    if (!createTable)
      throw new RunFailedError(
        `There is no table ${name}: create it, or set "createTable" and give the definition a "schema"`,
      );
    await this.#create(createTableSql({ sql: quoteTable(name), schema, key }, TYPES, quoteName));
    const made = await find();
    if (!made)
      throw new RunFailedError(
        `${name} was created but cannot be seen: name its schema, as in public.${name}`,
      );
    return made;
  }

  async #create(text: string): Promise<void> {
    try {
      await this.#connection.query({ text });
    } catch (error) {
      // Two processes created it at the same time: a unique index refuses one of them.
      if (error instanceof PostgresError && error.kind === 'record') return;
      if (error instanceof PostgresError && error.kind === 'setup')
        throw new RunFailedError(`${error.message}. Have someone with that permission run: ${text.trim()}`, {
          cause: error,
        });
      throw error;
    }
  }

  #ask<Answer extends Record<string, unknown>>(query: Query): Promise<Answer[]> {
    return this.#connection.query<Answer>(query).catch(throwAsRunError);
  }
}

const place = ({ tenant, pipelineId, lane }: Claim): unknown[] => [`${tenant}/${pipelineId}`, lane];
const jsonOf = (rows: readonly Row[]): string => JSON.stringify(rows.map(({ record }) => record.fields));

function throwAsRunError(error: unknown): never {
  throw asRunError(error);
}

/** A setup error needs an operator; any other is retried. */
function asRunError(error: unknown): unknown {
  if (!(error instanceof PostgresError) || error.kind !== 'setup') return error;
  return new RunFailedError(`PostgreSQL refuses: ${error.message}`, { cause: error });
}
