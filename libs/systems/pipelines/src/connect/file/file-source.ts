import fs, { type FileHandle, open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../../batch/batch.ts';
import type { FileFormat } from './file-format.ts';
import type { FilesFolder } from './files-folder.ts';
import { JSON_LINES } from './json-lines.ts';
import { RunFailedError, type PlannedRange, type Source, type SourceRecord } from '../ports.ts';

const LONGEST_RECORD = 16 * 1024 * 1024;
const LOOK_EVERY_MS = 500;

interface Limits {
  maxRecords: number;
  maxBytes: number;
}

/** Records in files. A file is a partition, and a record's offset is the byte at which it begins. */
export class FileSource implements Source {
  readonly #folder: FilesFolder;
  readonly #path: string;
  readonly #read: HowToRead;

  constructor(
    folder: FilesFolder,
    path: string,
    { format = JSON_LINES, follow = false }: Partial<HowToRead> = {},
  ) {
    this.#folder = folder;
    this.#path = path;
    this.#read = { format, follow };
  }

  async begin(): Promise<Position> {
    return {};
  }

  async close(): Promise<void> {}

  async plan(from: Position, limits: Limits, signal: AbortSignal): Promise<PlannedRange> {
    const range = await this.#plan(from, limits);
    if (!this.#read.follow) return range;
    const isMore = Object.entries(range.to).some(([file, end]) => end > (from[file] ?? 0));
    if (!isMore) await pause(LOOK_EVERY_MS, undefined, { signal });
    return { ...range, isEnd: false };
  }

  async #plan(from: Position, limits: Limits): Promise<PlannedRange> {
    const files = await this.#files();
    const to: Record<string, number> = { ...from };
    let left = limits;
    for (const file of files) {
      const read = await this.#withFile(file, (handle) =>
        planFile(handle, { file, ...this.#read }, from[file] ?? 0, left),
      );
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
        records.push(
          ...(await this.#withFile(file, (handle) => readRange(handle, { file, ...this.#read }, begin, end))),
        );
    }
    return records;
  }

  async #files(): Promise<string[]> {
    const found: string[] = [];
    const cwd = this.#folder.path;
    for await (const entry of fs.glob(this.#path, { cwd, withFileTypes: true }))
      if (entry.isFile() || entry.isSymbolicLink())
        found.push(relative(cwd, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    if (found.length === 0 && !this.#read.follow)
      throw new RunFailedError(`No file matches ${this.#path} in the files folder`);
    return found.toSorted();
  }

  async #withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(await this.#folder.existing(file));
      return await work(handle);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new RunFailedError(`The file ${file} is gone`);
      if (code === 'EISDIR') throw new RunFailedError(`${file} points to a folder: name the files in it`);
      throw error;
    } finally {
      await handle?.close();
    }
  }
}

interface HowToRead {
  format: FileFormat;
  /** Waits at the end for what is appended, and for further files. */
  follow: boolean;
}

interface NamedFile extends HowToRead {
  file: string;
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
  { file, format, follow }: NamedFile,
  from: number,
  limits: Limits,
): Promise<PlannedFile> {
  const { size } = await handle.stat();
  if (size < from) throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
  if (size === from) return { to: from, records: 0, bytes: 0, isEnd: true };
  await refuseOther(handle, file, from);
  if (limits.maxRecords < 1 || limits.maxBytes < 1) return { to: from, records: 0, bytes: 0, isEnd: false };
  for (let length = limits.maxBytes; ; length *= 2) {
    const bytes = await readBytes(handle, from, Math.min(from + length, size));
    const isWhole = from + bytes.length === size;
    const { end, records } = format.measure(bytes, limits.maxRecords, isWhole && !follow);
    if (end > 0) return { to: from + end, records, bytes: end, isEnd: from + end === size };
    // Somebody is writing the record.
    if (isWhole) return { to: from, records: 0, bytes: 0, isEnd: true };
    if (length > LONGEST_RECORD)
      throw new RunFailedError(`A record of ${file}, at byte ${from}, is longer than 16 MiB`);
  }
}

/** @throws {RunFailedError} where what was read cannot have ended here: another file has the name, or it was written over */
async function refuseOther(handle: FileHandle, file: string, from: number): Promise<void> {
  if (from === 0) return;
  const around = (await readBytes(handle, from - 1, from + 1)).toString('latin1');
  // A last line that had no end has it now.
  if (around.startsWith('\n') || /^.[\r\n]/s.test(around)) return;
  throw new RunFailedError(
    `The file ${file} is not the one that was read: at byte ${from}, where a line ended, the text now continues. ` +
      'Give a replacement file a new name',
  );
}

async function readRange(
  handle: FileHandle,
  { file, format }: NamedFile,
  from: number,
  to: number,
): Promise<SourceRecord[]> {
  const [bytes, head] = await Promise.all([
    readBytes(handle, from, to),
    readBytes(handle, 0, format.headBytes),
  ]);
  if (bytes.length < to - from)
    throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
  return format.read(bytes, { file, from, head });
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
