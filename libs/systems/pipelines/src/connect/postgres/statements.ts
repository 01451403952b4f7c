import type { Table } from '@nestjs-spark/postgres/internal';
import { quoteName } from '@nestjs-spark/postgres/internal';

export const CREATE_CHECKPOINTS = `
  CREATE TABLE IF NOT EXISTS spark_pipeline_checkpoints (
    pipeline text NOT NULL, lane int NOT NULL, epoch bigint NOT NULL, batch bigint NOT NULL,
    position jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (pipeline, lane))`;

export const FIND_CHECKPOINTS = "SELECT to_regclass('spark_pipeline_checkpoints') IS NOT NULL AS found";

/**
 * $1 pipeline, $2 lane, $3 epoch, $4 what is stored for a new generation, $5 its number, $6 the holder. No row: a larger epoch is stored,
 * or the same one by another holder.
 */
export const CLAIM = `
  INSERT INTO spark_pipeline_checkpoints AS c (pipeline, lane, epoch, batch, position)
  VALUES ($1, $2, $3, 0, $4::jsonb)
  ON CONFLICT (pipeline, lane) DO UPDATE SET epoch = EXCLUDED.epoch, updated_at = now(),
    batch = CASE WHEN (c.position->>'generation')::bigint < $5 THEN 0 ELSE c.batch END,
    position = CASE WHEN (c.position->>'generation')::bigint < $5 THEN EXCLUDED.position
      ELSE c.position || jsonb_build_object('holder', $6::text) END
  WHERE c.epoch < EXCLUDED.epoch OR (c.epoch = EXCLUDED.epoch AND c.position->>'holder' = $6)
  RETURNING batch, position`;

export const LOOK =
  'SELECT epoch, batch, position FROM spark_pipeline_checkpoints WHERE pipeline = $1 AND lane = $2';

/** $1 pipeline, $2 lane, $3 epoch, $4 batch, $5 checkpoint. Moves the checkpoint by one batch, if the epoch owns it. */
export const FENCE = `
  UPDATE spark_pipeline_checkpoints SET batch = $4::bigint, position = $5::jsonb, updated_at = now()
  WHERE pipeline = $1 AND lane = $2 AND epoch = $3 AND batch = $4::bigint - 1 RETURNING 1`;

/**
 * Moves the checkpoint and writes the rows ($6, a JSON array), or does neither. A process that is suspended between two statements would
 * hold the lock of the first.
 */
export function writeStatement(
  table: Table,
  columns: readonly string[],
  key: readonly string[],
  fence: string = FENCE,
): string {
  if (columns.length === 0) return `WITH fence AS (${fence}) SELECT count(*)::int AS passed FROM fence`;
  const insert = insertStatement(table, columns, key, '$6', 'WHERE EXISTS (SELECT 1 FROM fence)');
  return `WITH fence AS (${fence}), rows AS (${insert}) SELECT count(*)::int AS passed FROM fence`;
}

/** Inserts the rows of a JSON array; the server converts each value to the type of its column. */
export function insertStatement(
  { sql }: Table,
  columns: readonly string[],
  key: readonly string[],
  rows: string,
  where = '',
): string {
  const names = columns.map(quoteName).join(', ');
  const others = columns.filter((column) => !key.includes(column)).map(quoteName);
  const update = others.map((name) => `${name} = EXCLUDED.${name}`).join(', ');
  const conflict =
    key.length === 0
      ? ''
      : `ON CONFLICT (${key.map(quoteName).join(', ')}) DO ${others.length > 0 ? `UPDATE SET ${update}` : 'NOTHING'}`;
  return `INSERT INTO ${sql} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${sql}, ${rows}::json) ${where} ${conflict}`;
}
