import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ProblemError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation';
import { JOB_REFUSED } from '../job/problems.ts';
import { MOST_LINE_BYTES } from './keep-input.ts';

const MOST_COLUMNS = 1_000;
const LONGEST_NAME = 256;

/**
 * Comma-separated values (RFC 4180) with column names in the first line: each row becomes a document, as an NDJSON line. The id is the column `id`,
 * or the row number without such a column (`rows/1`). All values stay strings, as a CSV file has no types.
 * @throws {ProblemError} `jobRefused` (422) with the invalid line
 */
export async function* documentsOfCsv(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parser = parse({ bom: true, skip_empty_lines: true, max_record_size: MOST_LINE_BYTES });
  // Errors upstream of the parser surface when reading from it.
  pipeline(inUtf8(parts), parser, () => undefined);
  let columns: string[] | null = null;
  let rows = 0;
  try {
    for await (const values of parser as AsyncIterable<string[]>) {
      if (columns) yield lineOf(columns, values, ++rows);
      else columns = columnsOf(values);
    }
  } catch (error) {
    if (error instanceof CsvError) throw refused(describeError(error).slice(0, 500));
    throw error;
  }
}

/** Decoding another encoding as UTF-8 would silently change characters. */
async function* inUtf8(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (part?: Uint8Array): void => {
    try {
      decoder.decode(part, { stream: part !== undefined });
    } catch {
      throw refused('it is not UTF-8; save it in that encoding');
    }
  };
  for await (const part of parts) {
    check(part);
    yield part;
  }
  check();
}

function lineOf(columns: readonly string[], values: readonly string[], row: number): Uint8Array {
  const document = Object.fromEntries(columns.map((name, index) => [name, values[index]]));
  const at = columns.indexOf('id');
  const id = at < 0 ? `rows/${row}` : values[at];
  return Buffer.from(`${JSON.stringify({ id, document })}\n`);
}

function columnsOf(names: string[]): string[] {
  const wrong = names.find((name) => name.trim() === '' || name.length > LONGEST_NAME);
  if (wrong !== undefined)
    throw refused(`the first line has to name the columns, each with 1 to ${LONGEST_NAME} characters`);
  if (names.length > MOST_COLUMNS)
    throw refused(`it has ${names.length} columns; the limit is ${MOST_COLUMNS}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused(`the column ${JSON.stringify(twice)} appears twice`);
  return names;
}

function refused(what: string): ProblemError {
  const detail = `is not valid CSV: ${what}`;
  return new ProblemError(JOB_REFUSED, `/input/url: ${detail}`, {
    errors: [{ pointer: '/input/url', detail }],
  });
}
