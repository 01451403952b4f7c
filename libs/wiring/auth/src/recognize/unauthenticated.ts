import { ProblemError } from '@nestjs-spark/contracts';

/** The same answer to anyone without a valid credential, whatever is wrong with it. The debug log has the cause. */
export function unauthenticated(): ProblemError {
  return new ProblemError('unauthenticated', 'A valid token is needed, as Authorization: Bearer.');
}
