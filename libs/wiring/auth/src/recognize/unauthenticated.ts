import { ProblemError } from '@nestjs-spark/contracts';

/** The answer to everyone who sends no token. */
export function noToken(): ProblemError {
  return new ProblemError('unauthenticated', 'No token was sent: send one as Authorization: Bearer.');
}

/** The same answer to everyone who sends a token that is not accepted, whatever is wrong with it. The cause is in the debug log. */
export function wrongToken(): ProblemError {
  return new ProblemError('unauthenticated', 'The token is not valid here.');
}
