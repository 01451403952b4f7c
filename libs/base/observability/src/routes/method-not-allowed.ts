import { ProblemError } from '@nestjs-spark/contracts';

/** The problem of a verb that a path does not accept. @param verbs those that it accepts */
export function methodNotAllowed(verbs: readonly string[]): ProblemError {
  return new ProblemError('methodNotAllowed', `Supported here: ${verbs.join(', ')}.`);
}
