import type { SourceRecord } from '../ports.ts';
import { faultOfBytes } from '../utf8.ts';
import type { FileFormat, WholeRecords } from './file-format.ts';

const NEWLINE = 0x0a;

/** A JSON object on each line. */
export const JSON_LINES: FileFormat = { headBytes: 0, measure, read };

function measure(bytes: Buffer, most: number, isEnd: boolean): WholeRecords {
  let [end, records] = [0, 0];
  while (records < most && end < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, end);
    if (newline < 0 && !isEnd) break;
    end = newline < 0 ? bytes.length : newline + 1;
    records++;
  }
  return { end, records };
}

function read(bytes: Buffer, { file, from }: { file: string; from: number }): SourceRecord[] {
  const records: SourceRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(at, end);
    const text = line.toString().trim();
    if (text !== '') records.push({ partition: file, offset: from + at, text, ...faultOfBytes(line) });
    at = end + 1;
  }
  return records;
}
