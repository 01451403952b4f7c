import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Position } from '../../batch/batch.ts';
import { ownValue } from '../own-value.ts';

/** How many bytes are hashed at the beginning of a file, and again before the position. */
const EDGE = 1024;
const MARK_BYTES = 6;
/** A separator that never occurs in a path. */
const BETWEEN = '//';

/** How far a file was read, with a mark of what was read; null if an earlier version or an operator wrote the position. */
export interface ReadTo {
  at: number;
  mark: number | null;
}

/**
 * A position has, for each file, the next byte to read and a mark, which is a checksum of what precedes it:
 * `{"a.ndjson": 900, "a.ndjson//900": 178…}`. The mark covers the content, not the inode: a file that was restored, or saved by an editor,
 * is still the same. A mark for another byte is ignored: a version without marks, or an operator, has moved the position.
 */
export function readToOf(position: Position, file: string): ReadTo {
  const at = ownValue(position, file) ?? 0;
  return { at, mark: ownValue(position, nameOfMark(file, at)) ?? null };
}

/** The position with a new place in one file. */
export function withReadTo(position: Position, file: string, { at, mark }: ReadTo): Position {
  const { [nameOfMark(file, readToOf(position, file).at)]: _, ...others } = position;
  return { ...others, [file]: at, ...(mark !== null && { [nameOfMark(file, at)]: mark }) };
}

/** The file that a name in a position refers to: its own name, or that of a mark. */
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

/** The bytes of a range that exist in the file. */
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
