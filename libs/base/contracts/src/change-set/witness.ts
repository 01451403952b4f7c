import { randomBytes } from 'node:crypto';
import { witnessId } from '../names/document-ids.ts';
import { VersionConflictError } from '../errors/errors.ts';

const MARKS = 16;

/** What a set says about the source's witness document: how often it had been raised, and the mark drawn at that time. */
export interface Witness {
  number: number;
  mark: string;
}

/** A source's witness document for one reader: how often it was raised, and the marks of the latest raises, newest first. */
export interface WitnessRecord {
  number: number;
  marks: readonly string[];
}

/** The record of a reader that has never raised its witness. */
export const NEVER_RAISED: WitnessRecord = { number: 0, marks: [] };

/** The record after one more raise. */
export function raised({ number, marks }: WitnessRecord): WitnessRecord {
  const mark = randomBytes(6).toString('base64url');
  return { number: number + 1, marks: [mark, ...marks].slice(0, MARKS) };
}

/**
 * The record that a store writes for `reader`; `there` is the one it finds.
 * @throws {VersionConflictError} when `there` is not, or is no longer, as in `from`
 */
export function raisedFrom(reader: string, there: WitnessRecord, from: WitnessRecord): WitnessRecord {
  if (!isSame(there, from)) throw new VersionConflictError(witnessId(reader));
  return raised(from);
}

/** The witness that change sets carry now. */
export function newest({ number, marks }: WitnessRecord): Witness {
  return { number, mark: marks[0] ?? '' };
}

/**
 * Whether a source still remembers a witness. A restored source has been raised less often or, if it was raised again since the
 * restore, under different marks. For anything older than its marks only the number can tell.
 */
export function remembers({ number, marks }: WitnessRecord, said: Witness): boolean {
  const ago = number - said.number;
  if (ago < 0) return false;
  return ago >= marks.length || marks[ago] === said.mark;
}

/** Whether two readings of a record are of the same raise. */
export function isSame(one: WitnessRecord, other: WitnessRecord): boolean {
  return one.number === other.number && one.marks[0] === other.marks[0];
}
