import { ProblemError } from '@nestjs-spark/contracts';

/**
 * The same answer to everyone without a valid token, whatever the cause, so that an attacker learns nothing from guessing. @param
 * cause for the log and the audit trail only
 */
export function unauthenticated(cause?: Error): ProblemError {
  return new ProblemError(
    'unauthenticated',
    'A valid module or operator token is needed, as Authorization: Bearer. Operators use the SPARK_OPERATOR_TOKEN of this module; while that is unset, they have no access.',
    { cause },
  );
}
