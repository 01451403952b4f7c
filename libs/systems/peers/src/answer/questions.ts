import { packAway } from '@nestjs-spark/contracts/internal';
import {
  isListOf,
  isNullOr,
  isObject,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { RecordState } from '@nestjs-spark/sqlite/internal';
import { isPeerName } from '../carry/names.ts';
import { unpackText } from '../carry/unpack-text.ts';
import { readEvents } from '../carry/read-event.ts';
import type { Side } from '../drift/compare-records.ts';
import { BUCKETS, type Digest } from '../drift/digest.ts';
import type { DocumentPage } from '../drift/drift-store.ts';
import type { PeerEvent } from '../merge/event.ts';

/** What nodes ask each other; each is a subject of its own. */
export type QuestionKind = 'read' | 'digest' | 'heads' | 'snapshot';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_REQUEST_BYTES = 1024 * 1024;
const MOST_RECORDS = 100_000;
const MOST_DOCUMENTS = 100;
/** How many documents are returned to whoever does not say. */
export const PAGE = 25;
/** Of which a repair asks for the events, at a time. */
export const MOST_NAMED = 100;

/** Packs a question or an answer. */
export function packObject(value: object): Promise<Uint8Array> {
  return packAway(Buffer.from(JSON.stringify({ format: 1, ...value }), 'utf8'));
}

/** Null for what no node has written. */
async function unpackObject<T>(bytes: Uint8Array, guard: Guard<T>, most = MOST_BYTES): Promise<T | null> {
  const text = await unpackText(bytes, most);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['format'] === 1 && guard(value) ? value : null;
  } catch {
    return null;
  }
}

/** A question about a collection. */
export interface Question {
  readonly entity: string;
  /** Who has to answer; null for whoever gets it. */
  readonly to: string | null;
  readonly id?: string;
  readonly skip?: number;
  readonly take?: number;
  readonly buckets?: readonly number[];
  readonly records?: readonly string[];
}

const isName: Guard<string> = (value): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 512;
const isNode: Guard<string> = (value): value is string => typeof value === 'string' && isPeerName(value);
const isBucket: Guard<number> = (value): value is number => isWhole(value) && value < BUCKETS;
const isPageSize: Guard<number> = (value): value is number => isWhole(value) && value <= MOST_DOCUMENTS;

const isQuestion: Guard<Question> = isObjectOf(
  { entity: isName, to: isNullOr(isNode) },
  {
    id: isName,
    skip: isWhole,
    take: isPageSize,
    buckets: isListOf(isBucket, BUCKETS),
    records: isListOf(isName, MOST_NAMED),
  },
);

export async function readQuestion(bytes: Uint8Array): Promise<Question | null> {
  return bytes.length > MOST_REQUEST_BYTES ? null : unpackObject(bytes, isQuestion, MOST_REQUEST_BYTES);
}

/** The first half of what a question asks for; null if it cannot be halved: buckets are only compared as a whole. */
export function halfOf(question: Question): Question | null {
  const { id, take = PAGE, buckets, records } = question;
  if (records !== undefined)
    return records.length > 1
      ? { ...question, records: records.slice(0, Math.ceil(records.length / 2)) }
      : null;
  return id === undefined && buckets === undefined && take > 1
    ? { ...question, take: Math.ceil(take / 2) }
    : null;
}

/** Who answers, and up to where it has applied the log. */
export interface Answering {
  readonly node: string;
  readonly position: number;
}

const ANSWERING = { node: isText(63), position: isWhole };

/** Documents as another node has them. */
export interface ReadAnswer extends Answering, DocumentPage {}

const isStored = isObjectOf({ id: isText(512), document: isText(MOST_BYTES), version: isText(10_000) });
const isReadAnswer: Guard<ReadAnswer> = isObjectOf({
  ...ANSWERING,
  items: isListOf(isStored, MOST_DOCUMENTS),
  total: isWhole,
});

export function readReadAnswer(bytes: Uint8Array): Promise<ReadAnswer | null> {
  return unpackObject(bytes, isReadAnswer);
}

const isDigest: Guard<Digest> = (value): value is Digest =>
  isListOf(isWhole, BUCKETS)(value) && value.length === BUCKETS;
const isDigestAnswer = isObjectOf({ ...ANSWERING, digest: isDigest });

export function readDigestAnswer(bytes: Uint8Array): Promise<(Answering & { digest: Digest }) | null> {
  return unpackObject(bytes, isDigestAnswer);
}

const isRecordState: Guard<RecordState> = isObjectOf({
  recordId: isText(512),
  heads: isText(100_000),
  hash: isNullOr(isText(100)),
});
const isApplied: Guard<Record<string, number>> = (value): value is Record<string, number> =>
  isObject(value) && Object.values(value).every(isWhole);
const isHeadsAnswer = isObjectOf({
  ...ANSWERING,
  applied: isApplied,
  records: isListOf(isRecordState, MOST_RECORDS),
  events: isListOf(isText(MOST_BYTES), MOST_RECORDS),
});

/** Records of some buckets, or the events of some records, as another node has them. */
export async function readHeadsAnswer(
  bytes: Uint8Array,
): Promise<(Answering & Side & { events: PeerEvent[] }) | null> {
  const answer = await unpackObject(bytes, isHeadsAnswer);
  const events = answer && readEvents(answer.events, null);
  return events && { ...answer, events };
}
