import { ProblemError } from '@nestjs-spark/contracts';

/** The one answer to anyone without a valid token: the same for every cause, so that it teaches nothing to an attacker who guesses. @param cause for the log and the audit trail only */
export function unauthenticated(cause?: Error): ProblemError {
  return new ProblemError(
    'unauthenticated',
    'A valid module or operator token is needed, as Authorization: Bearer. Operators use the SPARK_OPERATOR_TOKEN of this module; while that is unset, they have no access.',
    { cause },
  );
}
