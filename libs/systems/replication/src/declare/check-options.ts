import { nearestName } from '@nestjs-spark/foundation/internal';

/** The problem with an option that a decorator does not have, such as a misspelled one; null if it has it. */
export function optionProblem(
  name: string,
  options: readonly string[],
): { problem: string; remedy: string } | null {
  if (options.includes(name)) return null;
  const nearest = nearestName(name, options);
  const advice = nearest === null ? 'Remove it.' : `Did you mean ${nearest}?`;
  return { problem: 'there is no such option', remedy: `${advice} Options: ${options.join(', ')}` };
}
