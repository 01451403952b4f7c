import { UnavailableError } from '@nestjs-spark/contracts';
import { readServerError, shortType } from '../connect/server-error.ts';

/** A document's position in a response's bytes; `metadata` is where its `@metadata` object begins, -1 when it has none. */
export interface DocumentSlice {
  start: number;
  end: number;
  metadata: number;
}

export interface CutAnswer {
  /** In the response's order; null when RavenDB had no such document. */
  slices: (DocumentSlice | null)[];
  /** False when the bytes end before the list of results does. */
  whole: boolean;
}

const ITS_ERROR = '{"Url":';
const RESULTS = Buffer.from('"Results":[');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LETTER_N = 0x6e;

// Only these bytes are significant outside of strings.
const STRUCTURE = new Uint8Array(256);
for (const byte of [QUOTE, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST]) STRUCTURE[byte] = 1;

/**
 * Cuts `{"Results":[…]}` into its documents without parsing them: several times as fast as JSON.parse, and every number stays as
 * written. RavenDB writes `@metadata` as a document's last property, so it is the last object that opens one level below the
 * document.
 */
export function cutDocuments(answer: Buffer): CutAnswer {
  const slices: (DocumentSlice | null)[] = [];
  const begin = answer.indexOf(RESULTS);
  if (begin < 0) return { slices, whole: false };
  let at = begin + RESULTS.length;
  for (;;) {
    const byte = answer[at];
    if (byte === OPEN) {
      const slice = cutOne(answer, at);
      if (!slice) return { slices, whole: false };
      slices.push(slice);
      at = slice.end;
    } else if (byte === LETTER_N) {
      slices.push(null);
      at += 4;
    } else if (byte === CLOSE_LIST) {
      return { slices, whole: true };
    } else if (byte === undefined) {
      return { slices, whole: false };
    } else {
      at++;
    }
  }
}

/**
 * The documents of an answer that was read to its end.
 * @throws {UnavailableError} when RavenDB did not complete the answer: what is missing from it may exist
 */
export function cutWhole(answer: Buffer): (DocumentSlice | null)[] {
  const { slices, whole } = cutDocuments(answer);
  if (!whole) throw brokenOff(answer, 'RavenDB did not complete its answer');
  return slices;
}

/** @param what what RavenDB could not do; its own reason, which it writes after what it has sent so far, is added */
export function brokenOff(answer: Buffer, what: string): UnavailableError {
  const text = answer.toString('utf8', Math.max(0, answer.lastIndexOf(ITS_ERROR)));
  const { type, message } = readServerError(500, text);
  const reason = text.startsWith(ITS_ERROR) ? `: ${shortType(type)}: ${message}` : '';
  return new UnavailableError(`${what}${reason}`, { answered: true });
}

function cutOne(bytes: Buffer, start: number): DocumentSlice | null {
  const length = bytes.length;
  let depth = 0;
  let metadata = -1;
  let at = start;
  while (at < length) {
    const byte = bytes[at++] as number;
    if (STRUCTURE[byte] === 0) continue;
    if (byte === QUOTE) {
      at = afterString(bytes, at);
      if (at < 0) return null;
    } else if (byte === OPEN || byte === OPEN_LIST) {
      if (depth === 1 && byte === OPEN) metadata = at - 1;
      depth++;
    } else if (--depth === 0) {
      return { start, end: at, metadata: isMetadata(bytes, metadata) ? metadata : -1 };
    }
  }
  return null;
}

function afterString(bytes: Buffer, from: number): number {
  const length = bytes.length;
  let at = from;
  while (at < length) {
    const byte = bytes[at++];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return -1;
}

const METADATA_KEY = Buffer.from('"@metadata":');

function isMetadata(bytes: Buffer, at: number): boolean {
  const from = at - METADATA_KEY.length;
  for (let i = 0; i < METADATA_KEY.length; i++) if (bytes[from + i] !== METADATA_KEY[i]) return false;
  return true;
}
