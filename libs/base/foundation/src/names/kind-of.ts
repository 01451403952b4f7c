/** What something is, for a message about something else that was expected: `a string`, `null`. */
export function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (Array.isArray(given)) return 'a list';
  if (typeof given === 'string') return 'a string';
  return typeof given === 'object' ? 'an object' : `a ${typeof given}`;
}
