import { ProblemError } from '@nestjs-spark/contracts';

const WHO =
  'Operators use the SPARK_OPERATOR_TOKEN of this module; while that is unset, they have no access.';

/** The answer to everyone who sends no token. */
export function noToken(): ProblemError {
  return new ProblemError(
    'unauthenticated',
    `No token was sent: send a module or operator token as Authorization: Bearer. ${WHO}`,
  );
}

/**
 * The same answer to everyone who sends a token that is not accepted, whatever the cause, so that an attacker learns nothing from
 * guessing.
 * @param cause for the log and the audit trail only
 */
export function wrongToken(cause?: Error): ProblemError {
  return new ProblemError(
    'unauthenticated',
    `The token is not valid here: a module or operator token is needed. ${WHO}`,
    { cause },
  );
}
