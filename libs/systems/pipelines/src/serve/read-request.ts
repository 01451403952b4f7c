import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isObject, isWhole } from '@nestjs-spark/foundation/internal';
import {
  nodeRequest,
  readFields,
  readText,
  readWhole,
  tooDeep,
  wrong,
  type PlatformRequest,
} from '@nestjs-spark/observability/internal';
import { PIPELINE_STATES } from '../aggregate/state.ts';
import type { Position } from '../batch/batch.ts';
import { MAX_DEFINITION_BYTES } from '../definition/parse-text.ts';
import { MOST_LEVELS, readJson, TooDeepError } from '../run/read-json.ts';
import type { GivenRecord } from '../store/letters.ts';
import { readCursor, type EventCursor } from './event-cursor.ts';
import type { ListQuery } from './select-pipelines.ts';

/** The known query parameters, each given once. */
type Query = Readonly<Record<string, string | undefined>>;

const LONGEST_KEY = 200;
const MOST_LISTED = 500;
const BODY_FORM = {
  types: /^(?:application\/(?:json|yaml|x-yaml)|text\/yaml)$/i,
  said: 'application/json or application/yaml',
};

/**
 * The body as text, JSON or YAML, at most 64 KiB.
 * @throws {ProblemError} `tooLarge` (413), `unsupportedMedia` (415), `invalid` (400) if it is not UTF-8
 */
export const BodyText = createParamDecorator((_: unknown, context: ExecutionContext): Promise<string> =>
  readText(context.switchToHttp().getRequest<PlatformRequest>(), BODY_FORM, MAX_DEFINITION_BYTES),
);

/** Commands with their own path and without parameters. */
export const MOVES = ['stop', 'pause', 'resume', 'restart'] as const;

/** The command of a request, from its path. */
export const AskedMove = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { url = '' } = nodeRequest(context.switchToHttp().getRequest<PlatformRequest>());
  const path = url.split('?')[0]?.toLowerCase().replace(/\/$/, '');
  return MOVES.find((move) => path?.endsWith(`/${move}`));
});

/** Reads a body that is a JSON object or empty. @throws {ProblemError} `invalid` (400), also for unknown fields */
export function readBody(text: string, known: readonly string[]): Record<string, unknown> {
  return readFields(text, known, parseBody);
}

function parseBody(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw error instanceof TooDeepError ? tooDeep(MOST_LEVELS, error) : error;
  }
}

export function readFrom(text: string): 'checkpoint' | 'beginning' {
  const { from = 'checkpoint' } = readBody(text, ['from']);
  if (from === 'checkpoint' || from === 'beginning') return from;
  throw wrong('from', 'has to be checkpoint or beginning');
}

export function readPosition(text: string): Position {
  const { position } = readBody(text, ['position']);
  const isPosition = isObject(position) && Object.values(position).every(isWhole);
  if (!isPosition) throw wrong('position', 'has to be an object of partitions and their offsets');
  return position as Position;
}

/** An object is taken as the record's fields, whatever the source's format; a text is parsed in that format. */
export function readRecord(text: string): GivenRecord | undefined {
  const { record } = readBody(text, ['record']);
  if (record === undefined) return undefined;
  if (isObject(record)) return { record: JSON.stringify(record), fields: record };
  if (typeof record === 'string') return { record };
  throw wrong('record', 'has to be an object, or a string');
}

export function readKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= LONGEST_KEY) return key;
  throw wrong('Idempotency-Key', `has to be 1 to ${LONGEST_KEY} visible characters`);
}

export function readIfMatch(header: string | undefined): { ifVersion?: number } {
  if (header === undefined || header === '*') return {};
  const [, version] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (version === undefined) throw wrong('If-Match', 'has to be the ETag of the pipeline, such as "3"');
  return { ifVersion: Number(version) };
}

export function readReset(reset: string | undefined): { reset?: 'keep' | 'beginning' } {
  if (reset === undefined) return {};
  if (reset === 'keep' || reset === 'beginning') return { reset };
  throw wrong('reset', 'has to be keep or beginning');
}

export function readAsOf(query: Query): { time: string } | { version: number } | null {
  const { asOf, version } = query;
  if (version !== undefined) return { version: readWhole(version, 'version', { least: 1 }) };
  if (asOf === undefined) return null;
  const [, number] = /^version=(\d{1,15})$/.exec(asOf) ?? [];
  if (number !== undefined) return { version: Number(number) };
  if (Number.isNaN(Date.parse(asOf)))
    throw wrong('asOf', 'has to be an ISO 8601 time, such as 2026-01-31T12:00:00Z, or version=2');
  return { time: asOf };
}

export function readList({ skip, take, state, label, q }: Query): ListQuery {
  const isState = PIPELINE_STATES.some((known) => known.toLowerCase() === state?.toLowerCase());
  if (state !== undefined && !isState) throw wrong('state', `has to be one of ${PIPELINE_STATES.join(', ')}`);
  return {
    ...(state !== undefined && { state }),
    ...(label !== undefined && { label }),
    ...(q !== undefined && { q }),
    skip: readWhole(skip, 'skip', { otherwise: 0 }),
    take: readWhole(take, 'take', { least: 1, most: MOST_LISTED, otherwise: 50 }),
  };
}

/** Reads a reader's position: the `sequence` of the last event that it knows. */
export function readAfter(text: string, name: string): EventCursor {
  const cursor = readCursor(text);
  if (cursor) return cursor;
  throw wrong(name, 'has to be the sequence of an event, such as 57 or 57.1033');
}

/** Reads a flag of the query: `?force` alone means yes. Any unclear value is refused, so that it cannot delete anything. */
export function readFlag(value: string | undefined, name: string, unsaid: boolean): boolean {
  if (value === undefined) return unsaid;
  if (value === '' || value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw wrong(name, 'has to be true or false');
}
