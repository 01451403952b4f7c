import { ProblemError, StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';

const RETRY_AFTER_SECONDS = 5;

/** What a requester is told when a deployment could not be carried out. What is not known here stays as it is. */
export function asProblem(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnavailableError) {
    return new ProblemError('unavailable', 'This module cannot reach what it needs for it; try again.', {
      cause: error,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (error instanceof StoreRefusedError) {
    return new ProblemError('storeFailed', 'The database of this module refused the operation.', {
      cause: error,
    });
  }
  return error;
}
