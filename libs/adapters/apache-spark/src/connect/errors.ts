import { status as codes, type ServiceError } from '@grpc/grpc-js';

/**
 * Why Apache Spark did not do something.
 * - `away`: nothing answered, or the connection broke; try again.
 * - `lost`: this server does not, or no longer, know the session or the operation: whatever it ran has ended with it.
 * - `taken`: another client has attached to the operation.
 * - `cancelled`: the operation was interrupted.
 * - `too-large`: the result exceeds the requested size; the operation was interrupted.
 * - `refused`: Apache Spark answered with an error of its own; the same request will fail again.
 */
export type ApacheSparkErrorKind = 'away' | 'lost' | 'taken' | 'cancelled' | 'too-large' | 'refused';

/** A failed call to Apache Spark. `code` is Apache Spark's name of the error (`TABLE_OR_VIEW_NOT_FOUND`), if it gave one. */
export class ApacheSparkError extends Error {
  override readonly name = 'ApacheSparkError';
  readonly kind: ApacheSparkErrorKind;
  readonly code: string | null;

  constructor(kind: ApacheSparkErrorKind, message: string, code: string | null = null, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.code = code;
  }
}

const LOST: ReadonlySet<string> = new Set([
  'INVALID_HANDLE.SESSION_NOT_FOUND',
  'INVALID_HANDLE.SESSION_CHANGED',
  'INVALID_HANDLE.SESSION_CLOSED',
  'INVALID_HANDLE.OPERATION_NOT_FOUND',
  'INVALID_HANDLE.OPERATION_ABANDONED',
  'INVALID_CURSOR.POSITION_NOT_AVAILABLE',
]);

/** Classifies a failed call. */
export function toApacheSparkError(error: unknown): ApacheSparkError {
  if (error instanceof ApacheSparkError) return error;
  if (!isServiceError(error)) return new ApacheSparkError('away', String(error), null, error);
  const { code, details } = error;
  const name = errorClassOf(details);
  const kind = kindOf(code, name);
  return new ApacheSparkError(kind, details === '' ? error.message : details, name, error);
}

function kindOf(code: codes, name: string | null): ApacheSparkErrorKind {
  if (name !== null && LOST.has(name)) return 'lost';
  if (name === 'INVALID_CURSOR.DISCONNECTED') return 'taken';
  if (name === 'OPERATION_CANCELED') return 'cancelled';
  if (name === null && OUTAGES.has(code)) return 'away';
  return 'refused';
}

const OUTAGES: ReadonlySet<codes> = new Set([codes.UNAVAILABLE, codes.DEADLINE_EXCEEDED, codes.CANCELLED]);

/** `[TABLE_OR_VIEW_NOT_FOUND] The table …`: the leading name. */
function errorClassOf(details: string): string | null {
  const end = details.indexOf(']');
  if (!details.startsWith('[') || end < 0 || end > LONGEST_NAME) return null;
  const name = details.slice(1, end);
  return /^[A-Z][A-Z0-9_.]*$/.test(name) ? name : null;
}

const LONGEST_NAME = 200;

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
