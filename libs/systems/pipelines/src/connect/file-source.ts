import { type FileHandle, glob, open } from 'node:fs/promises';
import type { Position } from '../batch/batch.ts';
import type { FilesFolder } from './files-folder.ts';
import { RunFailedError, type PlannedRange, type Source, type SourceRecord } from './ports.ts';

const NEWLINE = 0x0a;
const LONGEST_RECORD = 16 * 1024 * 1024;

interface Limits {
  maxRecords: number;
  maxBytes: number;
}

/** Lines of JSON in files. A file is a partition, and a record's offset is the byte at which it begins. */
export class FileSource implements Source {
  readonly #folder: FilesFolder;
  readonly #path: string;

  constructor(folder: FilesFolder, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  async begin(): Promise<Position> {
    return {};
  }

  async close(): Promise<void> {}

  async plan(from: Position, limits: Limits): Promise<PlannedRange> {
    const files = await this.#files();
    const to: Record<string, number> = { ...from };
    let left = limits;
    for (const file of files) {
      const read = await this.#withFile(file, (handle) => planFile(handle, file, from[file] ?? 0, left));
      if (read.to > 0) to[file] = read.to;
      left = { maxRecords: left.maxRecords - read.records, maxBytes: left.maxBytes - read.bytes };
      if (!read.isEnd) return { to, isEnd: false };
    }
    return { to, isEnd: true };
  }

  async read(from: Position, to: Position): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    for (const file of Object.keys(to).toSorted()) {
      const [begin, end] = [from[file] ?? 0, to[file] ?? 0];
      if (end > begin)
        records.push(...(await this.#withFile(file, (handle) => readRange(handle, file, begin, end))));
    }
    return records;
  }

  async #files(): Promise<string[]> {
    const found: string[] = [];
    for await (const file of glob(this.#path, { cwd: this.#folder.path }))
      found.push(file.replaceAll('\\', '/'));
    if (found.length === 0) throw new RunFailedError(`No file matches ${this.#path} in the files folder`);
    return found.toSorted();
  }

  async #withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const handle = await open(await this.#folder.existing(file)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new RunFailedError(`The file ${file} is gone`) : error;
    });
    try {
      return await work(handle);
    } finally {
      await handle.close();
    }
  }
}

interface PlannedFile {
  to: number;
  records: number;
  bytes: number;
  isEnd: boolean;
}

/** The end of the last record that fits; at least one does, however long it is. */
async function planFile(
  handle: FileHandle,
  file: string,
  from: number,
  limits: Limits,
): Promise<PlannedFile> {
  const { size } = await handle.stat();
  if (size < from) throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
  if (size === from) return { to: from, records: 0, bytes: 0, isEnd: true };
  if (limits.maxRecords < 1 || limits.maxBytes < 1) return { to: from, records: 0, bytes: 0, isEnd: false };
  for (let length = limits.maxBytes; ; length *= 2) {
    const bytes = await readBytes(handle, from, Math.min(from + length, size));
    const isWhole = from + bytes.length === size;
    const { end, records } = lastRecord(bytes, limits.maxRecords, isWhole);
    if (end > 0) return { to: from + end, records, bytes: end, isEnd: from + end === size };
    if (length > LONGEST_RECORD)
      throw new RunFailedError(`A record of ${file}, at byte ${from}, is longer than 16 MiB`);
  }
}

function lastRecord(bytes: Buffer, most: number, isWhole: boolean): { end: number; records: number } {
  let [end, records] = [0, 0];
  while (records < most && end < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, end);
    if (newline < 0 && !isWhole) break;
    end = newline < 0 ? bytes.length : newline + 1;
    records++;
  }
  return { end, records };
}

async function readRange(
  handle: FileHandle,
  file: string,
  from: number,
  to: number,
): Promise<SourceRecord[]> {
  const bytes = await readBytes(handle, from, to);
  if (bytes.length < to - from)
    throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
  const records: SourceRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.toString('utf8', at, end).trim();
    if (text !== '') records.push({ partition: file, offset: from + at, text });
    at = end + 1;
  }
  return records;
}

async function readBytes(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
