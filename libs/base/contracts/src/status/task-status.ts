import type { Etag } from '../change-set/change-set.ts';
import { TASK_STATES, type TaskState } from '../deployment/etl-script-request.ts';

/** An owner's report on how far its database is. Any of its instances may publish it, regardless of which one carries the tasks. */
export interface SourceStatus {
  databaseId: string;
  lastEtag: Etag;
  /** The owner's clock, milliseconds since 1970. A different value means a new report. */
  at: number;
}

/** What the carriers of both sides report about a task. */
interface CarrierStatus {
  state: TaskState;
  setAside: number;
  errors: number;
  lastError: string | null;
  /** The carrier's clock, milliseconds since 1970. A different value means a new report. */
  at: number;
}

/** A task's status at the owner, by the instance that carries its capture. */
export interface CaptureStatus extends CarrierStatus {
  generation: number;
  incarnation: string;
  databaseId: string;
  /** Everything up to here is in the log. */
  publishedTo: Etag;
  /** Nothing between `publishedTo` and here concerns the task. */
  readTo: Etag;
  live: boolean;
  documentsRead: number;
  documentsTotal: number;
  deletes: 'kept' | 'best-effort';
}

/** A task's status at the requester, by the instance that carries its application. What is applied is in its checkpoint. */
export interface ApplyStatus extends CarrierStatus {
  /** Why nothing moves although it should, because of a fault at the requester; null while it moves. */
  stalledBecause: string | null;
}

/** A value on the board as a source status; null when it is something else, since others can write there too. */
export function readSourceStatus(value: object): SourceStatus | null {
  const { databaseId, lastEtag, at } = value as Record<string, unknown>;
  return typeof databaseId === 'string' && areNumbers(lastEtag, at) ? (value as SourceStatus) : null;
}

/** As `readSourceStatus`, for a task's capture. */
export function readCaptureStatus(value: object): CaptureStatus | null {
  const { generation, incarnation, databaseId, publishedTo, readTo, live, documentsRead, documentsTotal } =
    value as Record<string, unknown>;
  const fits =
    isCarrierStatus(value) &&
    typeof incarnation === 'string' &&
    typeof databaseId === 'string' &&
    typeof live === 'boolean' &&
    areNumbers(generation, publishedTo, readTo, documentsRead, documentsTotal);
  return fits ? (value as CaptureStatus) : null;
}

/** As `readSourceStatus`, for a task's application. */
export function readApplyStatus(value: object): ApplyStatus | null {
  const { stalledBecause } = value as Record<string, unknown>;
  return isCarrierStatus(value) && isTextOrNull(stalledBecause) ? (value as ApplyStatus) : null;
}

function isCarrierStatus(value: object): boolean {
  const { state, setAside, errors, lastError, at } = value as Record<string, unknown>;
  return (
    TASK_STATES.some((one) => one === state) && isTextOrNull(lastError) && areNumbers(setAside, errors, at)
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function areNumbers(...values: unknown[]): boolean {
  return values.every((value) => Number.isSafeInteger(value));
}
