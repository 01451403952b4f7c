import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../../batch/batch.ts';
import { asRunError } from './file-error.ts';
import type { FileFormat } from './file-format.ts';
import { filesOf, markOf, readBytes, type ReadTo, readToOf, withReadTo } from './file-mark.ts';
import { findFiles } from './find-files.ts';
import type { FilesFolder } from './files-folder.ts';
import { JSON_LINES } from './json-lines.ts';
import { RunFailedError, type PlannedRange, type Source, type SourceRecord } from '../ports.ts';

const LONGEST_RECORD = 16 * 1024 * 1024;
const LOOK_EVERY_MS = 500;
const NEWLINE = 0x0a;

interface Limits {
  maxRecords: number;
  maxBytes: number;
}

/** Records in files. Each file is a partition; a record's offset is its first byte. */
export class FileSource implements Source {
  readonly #folder: FilesFolder;
  readonly #path: string;
  readonly #read: HowToRead;
  /** The state of each file when its mark was last verified. */
  readonly #seen = new Map<string, string>();

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
    const isMore = filesOf(range.to).some((file) => readToOf(range.to, file).at > readToOf(from, file).at);
    if (!isMore) await pause(LOOK_EVERY_MS, undefined, { signal });
    return { ...range, isEnd: false };
  }

  async #plan(from: Position, limits: Limits): Promise<PlannedRange> {
    const files = await this.#files();
    let to = from;
    let left = limits;
    for (const file of files) {
      const before = readToOf(from, file);
      const read = await this.#withFile(file, async (handle) => {
        await this.#refuseOther(handle, file, before);
        return planFile(handle, { file, ...this.#read }, before.at, left);
      });
      if (read.to.at > before.at) to = withReadTo(to, file, read.to);
      left = { maxRecords: left.maxRecords - read.records, maxBytes: left.maxBytes - read.bytes };
      if (!read.isEnd) return { to, isEnd: false };
    }
    return { to, isEnd: true };
  }

  async read(from: Position, to: Position): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    for (const file of filesOf(to).toSorted()) {
      const [begin, end] = [readToOf(from, file).at, readToOf(to, file)];
      if (end.at > begin)
        records.push(
          ...(await this.#withFile(file, (handle) => readRange(handle, { file, ...this.#read }, begin, end))),
        );
    }
    return records;
  }

  async #files(): Promise<string[]> {
    const found = await findFiles(this.#folder, this.#path);
    if (found.length === 0 && !this.#read.follow)
      throw new RunFailedError(`No file matches ${this.#path} in the files folder (SPARK_PIPELINES_FILES)`);
    return found;
  }

  /** @throws {RunFailedError} if the name refers to another file now, or the file was overwritten */
  async #refuseOther(handle: FileHandle, file: string, before: ReadTo): Promise<void> {
    const { size, ino, mtimeMs } = await handle.stat();
    const { at } = before;
    if (size < at) throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
    // Most files are checked repeatedly without having changed.
    const seen = `${ino}/${size}/${mtimeMs}/${at}`;
    if (at === 0 || this.#seen.get(file) === seen) return;
    if (!(await isSame(handle, before, size))) throw new RunFailedError(replaced(file, at));
    this.#seen.set(file, seen);
  }

  async #withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(await this.#folder.existing(file), READ_WITHOUT_WAITING);
      const found = await handle.stat();
      if (found.isDirectory()) throw new RunFailedError(`${file} points to a folder: name the files in it`);
      if (!found.isFile()) throw new RunFailedError(`${file} does not point to a file: name one`);
      return await work(handle);
    } catch (error) {
      throw asRunError(file, error);
    } finally {
      await handle?.close();
    }
  }
}

/** A link may point to a pipe: opening that would block a thread of the pool that all file operations share. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

interface HowToRead {
  format: FileFormat;
  /** Waits at the end for appended records and further files. */
  follow: boolean;
}

interface NamedFile extends HowToRead {
  file: string;
}

interface PlannedFile {
  to: ReadTo;
  records: number;
  bytes: number;
  isEnd: boolean;
}

/** The end of the last record that fits within the limits; at least one record is included, however long. */
async function planFile(
  handle: FileHandle,
  { file, format, follow }: NamedFile,
  from: number,
  limits: Limits,
): Promise<PlannedFile> {
  const { size } = await handle.stat();
  const nothing = { to: { at: from, mark: null }, records: 0, bytes: 0 };
  if (size <= from) return { ...nothing, isEnd: true };
  if (limits.maxRecords < 1 || limits.maxBytes < 1) return { ...nothing, isEnd: false };
  for (let length = limits.maxBytes; ; length *= 2) {
    const bytes = await readBytes(handle, from, Math.min(from + length, size));
    const isWhole = from + bytes.length === size;
    const { end, records } = format.measure(bytes, limits.maxRecords, isWhole && !follow);
    const at = from + end;
    if (end > 0)
      return { to: { at, mark: await markOf(handle, at) }, records, bytes: end, isEnd: at === size };
    // The record is still being written.
    if (isWhole) return { ...nothing, isEnd: true };
    if (length > LONGEST_RECORD)
      throw new RunFailedError(`A record of ${file}, at byte ${from}, is longer than 16 MiB`);
  }
}

/** Without a mark, all that can be verified is that the read part may have ended here. */
async function isSame(handle: FileHandle, { at, mark }: ReadTo, size: number): Promise<boolean> {
  if (mark !== null) return (await markOf(handle, at)) === mark;
  if (size === at) return true;
  const around = (await readBytes(handle, at - 1, at + 1)).toString('latin1');
  return /^\n|^.[\r\n]/s.test(around);
}

const replaced = (file: string, at: number): string =>
  `The file ${file} is not the one that was read: its text before byte ${at} is different. Give a replacement file a new name`;

const CONTINUES = 'It continues a line whose beginning was already read as a record: write whole lines';

async function readRange(
  handle: FileHandle,
  { file, format }: NamedFile,
  from: number,
  { at: to, mark }: ReadTo,
): Promise<SourceRecord[]> {
  const [bytes, head, before] = await Promise.all([
    readBytes(handle, from, to),
    readBytes(handle, 0, format.headBytes),
    readBytes(handle, Math.max(0, from - 1), from),
  ]);
  if (bytes.length < to - from)
    throw new RunFailedError(`The file ${file} is shorter than what was read of it`);
  if (mark !== null && (await markOf(handle, to)) !== mark) throw new RunFailedError(replaced(file, to));
  const records = format.read(bytes, { file, from, head });
  const isWithinLine = before.length > 0 && before[0] !== NEWLINE;
  return records.map((record) =>
    isWithinLine && record.offset === from ? { ...record, fault: CONTINUES } : record,
  );
}
