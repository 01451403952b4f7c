import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Position } from '../../batch/batch.ts';
import { ownValue } from '../own-value.ts';

/** So much is looked at where a file begins, and again where it was read to. */
const EDGE = 1024;
const MARK_BYTES = 6;
/** No path of a file has it. */
const BETWEEN = '//';

/** How far a file was read, and what it was then; null where an earlier version or an operator has written the position. */
export interface ReadTo {
  at: number;
  mark: number | null;
}

/**
 * A position has for each file the byte that is read next, and a mark of what is before it: `{"a.ndjson": 900, "a.ndjson//900": 178…}`.
 * It is made of the text, not of the file's number in its file system: a file that was restored, or that an editor has saved, is the same.
 * A mark that is not of this byte is none: a version without marks leaves it behind, and so does an operator who changes the byte.
 */
export function readToOf(position: Position, file: string): ReadTo {
  const at = ownValue(position, file) ?? 0;
  return { at, mark: ownValue(position, nameOfMark(file, at)) ?? null };
}

/** The position with another place in one file. */
export function withReadTo(position: Position, file: string, { at, mark }: ReadTo): Position {
  const { [nameOfMark(file, readToOf(position, file).at)]: _, ...others } = position;
  return { ...others, [file]: at, ...(mark !== null && { [nameOfMark(file, at)]: mark }) };
}

/** The file that a name in a position is about: its own, or that of a mark. */
export const fileOf = (name: string): string => name.split(BETWEEN)[0] ?? name;

/** The files of a position, without its marks. */
export function filesOf(position: Position): string[] {
  return Object.keys(position).filter((name) => !name.includes(BETWEEN));
}

export async function markOf(handle: FileHandle, at: number): Promise<number> {
  const hash = createHash('sha256');
  for (const [from, to] of [
    [0, Math.min(at, EDGE)],
    [Math.max(0, at - EDGE), at],
  ] as const)
    hash.update(await readBytes(handle, from, to));
  return hash.digest().readUIntBE(0, MARK_BYTES);
}

/** What there is of a range of a file. */
export async function readBytes(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

const nameOfMark = (file: string, at: number): string => `${file}${BETWEEN}${at}`;
