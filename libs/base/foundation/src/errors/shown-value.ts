import { redact } from './redact.ts';

const LONGEST = 80;

/**
 * A setting's value for a message that says what is wrong with it: quoted, cut, and without what may be a password. Only for
 * settings that are not secrets themselves. What cannot be read as an address may still contain a password before its `@`.
 */
export function shownValue(value: string): string {
  const safe = redact(value)
    .split(/([\s,])/)
    .map(withoutUser)
    .join('');
  return JSON.stringify(safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe);
}

function withoutUser(part: string): string {
  const at = part.lastIndexOf('@');
  return at < 0 ? part : `***${part.slice(at)}`;
}
