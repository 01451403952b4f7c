import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { isObject } from '@nestjs-spark/foundation/internal';
import type { Schema } from '../../definition/types.ts';
import type { Fields } from '../../expression/compile-expression.ts';
import { RunFailedError, type SourceRecord } from '../ports.ts';
import { faultOfBytes } from '../utf8.ts';
import type { FileFormat, WholeRecords } from './file-format.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const LONGEST_HEADER = 64 * 1024;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
// A double holds 15 digits; a number with more stays a string.
const MOST_DIGITS = 15;

interface Row {
  /** The unparsed row. */
  raw: string;
  values: string[];
  begin: number;
  end: number;
  /** Its quotes are unbalanced; it extends to the end of the bytes. */
  isOpen: boolean;
}

interface ParsedRow {
  record: string[];
  raw: string;
  info: { bytes: number };
}

type Read = Pick<SourceRecord, 'fields' | 'fault'>;

/** Comma-separated values (RFC 4180) with field names in the first line of each file. */
export function csvFormat(schema: Schema | undefined): FileFormat {
  return {
    headBytes: LONGEST_HEADER,
    measure,
    read: (bytes, { file, from, head }) => {
      const columns = columnsOf(head, file);
      return rowsOf(bytes)
        .filter(({ raw, begin }) => from + begin > 0 && raw.trim() !== '')
        .map(({ raw, values, begin, end, isOpen }) => ({
          partition: file,
          offset: from + begin,
          text: raw.trimEnd(),
          ...(isOpen ? { fault: NOT_CLOSED } : fieldsOf(values, columns, schema)),
          ...faultOfBytes(bytes.subarray(begin, end)),
          meta: { columns },
        }));
    },
  };
}

/** Reads a single record with the columns of its file. */
export function readCsvRecord(text: string, columns: unknown, schema: Schema | undefined): Read {
  if (!Array.isArray(columns)) return { fault: 'The columns of its file are not known' };
  const rows = rowsOf(Buffer.from(text));
  const [row] = rows;
  if (rows.length !== 1 || !row) return { fault: 'It is not one record' };
  return row.isOpen ? { fault: NOT_CLOSED } : fieldsOf(row.values, columns as string[], schema);
}

/** All field names are in the first line. Objects and arrays are written as JSON, null and missing fields as empty values. */
export function writeCsv(records: readonly Fields[]): string {
  const columns = [...new Set(records.flatMap((fields) => Object.keys(fields)))];
  const rows = records.map((fields) =>
    columns.map((column) => (Object.hasOwn(fields, column) ? textOf(fields[column]) : '')),
  );
  return stringify([columns, ...rows]);
}

const NOT_CLOSED = 'A quoted field is not closed';

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function measure(bytes: Buffer, most: number, isEnd: boolean): WholeRecords {
  const whole = rowsOf(bytes, most).filter(
    ({ end, isOpen }) => isEnd || (!isOpen && bytes[end - 1] === NEWLINE),
  );
  return { end: whole.at(-1)?.end ?? 0, records: whole.length };
}

function rowsOf(bytes: Buffer, most?: number): Row[] {
  const found: Row[] = [];
  let begin = 0;
  const options = {
    info: true,
    raw: true,
    bom: true,
    record_delimiter: ['\n', '\r\n'],
    relax_quotes: true,
    relax_column_count: true,
    skip_records_with_error: true,
    ...(most !== undefined && { to: most }),
  };
  // If the bytes end within a CRLF, the CR would become part of the last field.
  const ended = bytes.at(-1) === RETURN ? Buffer.concat([bytes, Buffer.of(NEWLINE)]) : bytes;
  // The library's types do not describe the result with `info` and `raw`.
  const parsed = parse(ended, options) as unknown as ParsedRow[];
  for (const { record, raw, info } of parsed) {
    const end = Math.min(info.bytes, bytes.length);
    found.push({ raw, values: record, begin, end, isOpen: false });
    begin = end;
  }
  // What the parser leaves out has an open quote: it accepts everything else.
  if (begin < bytes.length && (most === undefined || found.length < most))
    found.push({ raw: bytes.toString('utf8', begin), values: [], begin, end: bytes.length, isOpen: true });
  return found;
}

function columnsOf(head: Buffer, file: string): string[] {
  const [header] = rowsOf(head, 1);
  const isWhole = header && (header.end < head.length || head.length < LONGEST_HEADER);
  if (!isWhole || header.isOpen)
    throw new RunFailedError(`${file} does not begin with a line of column names of at most 64 KiB`);
  if (faultOfBytes(head.subarray(0, header.end)).fault !== undefined)
    throw new RunFailedError(`The first line of ${file} is not UTF-8: save the file in that encoding`);
  const columns = header.values;
  // If lines end with a carriage return only, the whole file would count as column names, and no record would be read.
  if (columns.some((name) => name.includes('\r')))
    throw new RunFailedError(
      `The first line of ${file} has a carriage return in the name of a column: end lines with LF or CRLF`,
    );
  const twice = columns.find((name, at) => name === '' || columns.indexOf(name) !== at);
  if (twice === undefined) return columns;
  throw new RunFailedError(
    twice === ''
      ? `A column of ${file} has no name: give each a name in the first line`
      : `The first line of ${file} names ${JSON.stringify(twice)} twice: give each column its own name`,
  );
}

function fieldsOf(values: readonly string[], columns: readonly string[], schema: Schema | undefined): Read {
  if (values.length !== columns.length)
    return { fault: `It has ${values.length} fields, and the first line names ${columns.length}` };
  const types = isObject(schema?.['properties']) ? schema['properties'] : {};
  const entries = columns.flatMap((name, at): [string, unknown][] => {
    const value = values[at] ?? '';
    const type = Object.hasOwn(types, name) ? types[name] : null;
    return value === '' ? [] : [[name, typed(value, isObject(type) ? type['type'] : null)]];
  });
  return { fields: Object.fromEntries(entries) };
}

/** Converts a value to the schema's type if possible; otherwise it stays a string, which the schema refuses. */
function typed(value: string, type: unknown): unknown {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.includes('string')) return value;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  const isNumber = types.includes('number') || types.includes('integer');
  if (!isNumber || !NUMBER.test(value)) return value;
  const isHeld = value.replace(/\D/g, '').length <= MOST_DIGITS && Number.isFinite(Number(value));
  return isHeld ? Number(value) : value;
}
