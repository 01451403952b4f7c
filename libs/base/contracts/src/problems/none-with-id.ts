import { ProblemError } from './problem.ts';

/** A caller may send an id of any length. */
const LONGEST_SHOWN = 128;

/**
 * The problem `notFound` (404) for an unknown id, in the same words on every route.
 * @param what `pipeline`
 * @param more the end of the sentence, where there is more to say
 */
export function noneWithId(what: string, id: string, more = ''): ProblemError {
  const shown = id.length > LONGEST_SHOWN ? `${id.slice(0, LONGEST_SHOWN)}…` : id;
  return new ProblemError('notFound', `There is no ${what} with the id ${JSON.stringify(shown)}${more}.`);
}
