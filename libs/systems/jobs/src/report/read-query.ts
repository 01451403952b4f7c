import { readFields, readWhole, wrong } from '@nestjs-spark/observability/internal';
import type { ApiCaller } from '@nestjs-spark/auth';
import type { JobQuery } from '../job/store.ts';
import { JOB_STATUSES } from '../job/status.ts';
import type { JobAccess } from '../serve/access.ts';

/** The query of the job list, with known parameters only, each given once. */
export type JobListQuery = Readonly<Record<string, string | undefined>>;

const LONGEST_KEY = 256;
const LONGEST_WAIT_MS = 30_000;
const MOST_LISTED = 500;
export const MOST_ASKED = 1_000;
export const MOST_RECORDS = 1_000_000;
export const LONGEST_REASON = 500;
export const LONGEST_NAME = 64;

/** Operators see all jobs, other callers their own. */
export function accessOf({ kind, subject, tenant, role }: ApiCaller): JobAccess {
  return { kind, subject, tenant, all: role === 'operator' };
}

/** @throws {ProblemError} `invalid` (400) */
export function readJobQuery(query: JobListQuery): Omit<JobQuery, 'submitter'> {
  const { status, label, backend, name, take, cursor } = query;
  const count = readWhole(take, 'take', { least: 1, most: MOST_LISTED, otherwise: 50 });
  const found = JOB_STATUSES.find((one) => one === status);
  if (status !== undefined && found === undefined)
    throw wrong('status', `has to be one of ${JOB_STATUSES.join(', ')}`);
  if (cursor !== undefined && !/^\d{1,16}-[\w-]{1,100}$/.test(cursor))
    throw wrong('cursor', 'has to be the cursor of the page before');
  const given = Object.entries({ label, backend, name, cursor }).filter(([, value]) => value !== undefined);
  return { ...(found ? { status: found } : {}), ...Object.fromEntries(given), take: count };
}

/** @throws {ProblemError} `invalid` (400) */
export function readWait(waitMs: string | undefined): number {
  return readWhole(waitMs, 'waitMs', { most: LONGEST_WAIT_MS, otherwise: 0 });
}

/** @throws {ProblemError} `invalid` (400) */
export function readAfter(lastEventId: string | undefined): { after?: number } {
  if (lastEventId === undefined || lastEventId === '') return {};
  return { after: readWhole(lastEventId, 'Last-Event-ID') };
}

/** Applies the same rule as for the field `idempotencyKey`. @throws {ProblemError} `invalid` (400) */
export function readKey(key: string | undefined): string | undefined {
  if (key === undefined || (key.length >= 1 && key.length <= LONGEST_KEY)) return key;
  throw wrong('Idempotency-Key', `has to have 1 to ${LONGEST_KEY} characters`);
}

/** @throws {ProblemError} `invalid` (400) */
export function readReason(text: string): string | null {
  const { reason = null } = readFields(text, ['reason']);
  if (reason === null || (typeof reason === 'string' && reason.length <= LONGEST_REASON)) return reason;
  throw wrong('reason', `has to be a string of at most ${LONGEST_REASON} characters`);
}

/** @throws {ProblemError} `invalid` (400) */
export function readJobIds(text: string): string[] {
  const { jobIds } = readFields(text, ['jobIds']);
  const isList = Array.isArray(jobIds) && jobIds.length <= MOST_ASKED;
  if (isList && jobIds.every((id) => typeof id === 'string')) return jobIds;
  throw wrong('jobIds', `has to be a list of at most ${MOST_ASKED} ids`);
}

/** @throws {ProblemError} `invalid` (400) */
export function readTest(text: string, hasRecords = false): { records?: number; backend?: string } {
  const known = hasRecords ? ['records', 'backend'] : ['backend'];
  const { records, backend } = readFields(text, known);
  if (backend !== undefined && (typeof backend !== 'string' || backend.length > LONGEST_NAME))
    throw wrong('backend', 'has to be the name of a backend');
  if (records !== undefined && (typeof records !== 'number' || !isRecords(records)))
    throw wrong('records', `has to be a whole number from 1 to ${MOST_RECORDS}`);
  return { ...(records === undefined ? {} : { records }), ...(backend === undefined ? {} : { backend }) };
}

function isRecords(records: number): boolean {
  return Number.isSafeInteger(records) && records >= 1 && records <= MOST_RECORDS;
}
