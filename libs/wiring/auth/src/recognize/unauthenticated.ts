import { ProblemError } from '@nestjs-spark/contracts';

/** The same answer to everyone without a valid credential, whatever is wrong with it. The cause is in the debug log. */
export function unauthenticated(): ProblemError {
  return new ProblemError('unauthenticated', 'A valid token is needed, as Authorization: Bearer.');
}
