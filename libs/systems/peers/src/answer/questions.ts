import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { isObject, isObjectOf, isText, isWhole, type Guard } from '@nestjs-spark/foundation/internal';
import type { RecordState } from '@nestjs-spark/sqlite/internal';
import { readEvent } from '../carry/read-event.ts';
import { isPeerName } from '../carry/names.ts';
import type { Side } from '../drift/compare-records.ts';
import { BUCKETS, type Digest } from '../drift/digest.ts';
import type { DocumentPage } from '../drift/drift-store.ts';
import type { PeerEvent } from '../merge/event.ts';

/** What nodes ask each other; each is a subject of its own. */
export type QuestionKind = 'read' | 'digest' | 'heads' | 'snapshot';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_REQUEST_BYTES = 1024 * 1024;
const MOST_RECORDS = 100_000;
/** Of which a repair asks for the events, at a time. */
export const MOST_NAMED = 100;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export function questionSubject(service: string, kind: QuestionKind): string {
  return `spark.requests.peers.${service}.${kind}`;
}

/** Packs a question or an answer. */
export function pack(value: object): Promise<Uint8Array> {
  return compress(Buffer.from(JSON.stringify({ format: 1, ...value }), 'utf8'));
}

/** Null for what no node has written. */
export async function unpack(bytes: Uint8Array, most = MOST_BYTES): Promise<Record<string, unknown> | null> {
  try {
    const plain = await decompress(bytes, { maxOutputLength: most });
    const value: unknown = isUtf8(plain) ? JSON.parse(plain.toString('utf8')) : null;
    return isObject(value) && (value as { format?: unknown }).format === 1 ? { ...value } : null;
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

export async function readQuestion(bytes: Uint8Array): Promise<Question | null> {
  const value = bytes.length > MOST_REQUEST_BYTES ? null : await unpack(bytes, MOST_REQUEST_BYTES);
  if (value === null) return null;
  const { entity, to, id, skip, take, buckets, records } = value;
  const isWellFormed =
    isName(entity) &&
    (to === null || (typeof to === 'string' && isPeerName(to))) &&
    (id === undefined || isName(id)) &&
    (skip === undefined || isWhole(skip)) &&
    (take === undefined || (isWhole(take) && Number(take) <= 100)) &&
    (buckets === undefined || isListOf(buckets, isBucket, BUCKETS)) &&
    (records === undefined || isListOf(records, isName, MOST_NAMED));
  return isWellFormed ? (value as unknown as Question) : null;
}

/** Who answers, and up to where it has applied the log. */
export interface Answering {
  readonly node: string;
  readonly position: number;
}

const isAnswering: Guard<Answering> = isObjectOf({ node: isText(63), position: isWhole });

/** Documents as another node has them. */
export interface ReadAnswer extends Answering, DocumentPage {}

const isStored = isObjectOf({ id: isText(512), document: isText(MOST_BYTES), version: isText(10_000) });

export async function readReadAnswer(bytes: Uint8Array): Promise<ReadAnswer | null> {
  const value = await unpack(bytes);
  const isWellFormed =
    isAnswering(value) &&
    isListOf((value as { items?: unknown }).items, isStored, 100) &&
    isWhole((value as { total?: unknown }).total);
  return isWellFormed ? (value as unknown as ReadAnswer) : null;
}

export async function readDigestAnswer(bytes: Uint8Array): Promise<(Answering & { digest: Digest }) | null> {
  const value = await unpack(bytes);
  const digest = (value as { digest?: unknown } | null)?.digest;
  const isWellFormed = isAnswering(value) && isListOf(digest, isWhole, BUCKETS) && digest.length === BUCKETS;
  return isWellFormed ? { ...(value as Answering), digest: digest as Digest } : null;
}

const isRecordState: Guard<RecordState> = isObjectOf({
  recordId: isText(512),
  heads: isText(100_000),
  hash: (value: unknown): value is string | null =>
    value === null || (typeof value === 'string' && value.length <= 100),
});

/** Records of some buckets, or the events of some records, as another node has them. */
export async function readHeadsAnswer(
  bytes: Uint8Array,
): Promise<(Answering & Side & { events: PeerEvent[] }) | null> {
  const value = await unpack(bytes);
  if (!isAnswering(value)) return null;
  const { applied, records, events } = value as { applied?: unknown; records?: unknown; events?: unknown };
  if (!isObject(applied) || !Object.values(applied).every(isWhole)) return null;
  if (!isListOf(records, isRecordState, MOST_RECORDS) || !isListOf(events, isLine, MOST_RECORDS)) return null;
  const read = events.map((line) => readEvent(String(line), null)).filter((event) => event !== null);
  if (read.length !== events.length) return null;
  const { node, position } = value as Answering;
  return {
    node,
    position,
    applied: { ...(applied as Record<string, number>) },
    records: records as RecordState[],
    events: read,
  };
}

function isListOf(
  value: unknown,
  isOne: (one: unknown) => boolean,
  most: number,
): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= most && value.every(isOne);
}

function isBucket(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < BUCKETS;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}

function isLine(value: unknown): boolean {
  return typeof value === 'string';
}
