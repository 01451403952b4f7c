import { randomUUID } from 'node:crypto';

const EVENTS = 'spark.commands.events';
const REQUESTS = 'spark.requests';
/** Of all patterns. */
export const EVENT_SUBJECTS = `${EVENTS}.>`;
export const REQUEST_SUBJECTS = `${REQUESTS}.>`;
const PLAIN = /^[A-Za-z0-9_-]+$/;

/** The subject of one event. Each has its own, since the stream keeps one message per subject. */
export function eventSubject(pattern: string): string {
  return `${EVENTS}.${requireConcrete(pattern)}.${randomUUID()}`;
}

/** The subjects for a handler of `pattern`; `*` stands for one part of a dotted pattern, a final `>` for all that follow. */
export function eventSubjects(pattern: string): string {
  const tokens = toTokens(pattern);
  return tokens.endsWith('>') ? `${EVENTS}.${tokens}` : `${EVENTS}.${tokens}.*`;
}

export function requestSubject(pattern: string): string {
  return `${REQUESTS}.${requireConcrete(pattern)}`;
}

export function requestSubjects(pattern: string): string {
  return `${REQUESTS}.${toTokens(pattern)}`;
}

function requireConcrete(pattern: string): string {
  const tokens = toTokens(pattern);
  if (/[*>]/.test(tokens))
    throw new Error(`${JSON.stringify(pattern)} names many patterns: send to a single one`);
  return tokens;
}

/** Dotted patterns stay readable; a part not allowed in a subject (as in `{ cmd: 'x' }`) is encoded. */
function toTokens(pattern: string): string {
  const parts = pattern.startsWith('{') ? [pattern] : pattern.split('.');
  return parts
    .map((part, i) =>
      PLAIN.test(part) || part === '*' || (part === '>' && i === parts.length - 1) ? part : encode(part),
    )
    .join('.');
}

function encode(part: string): string {
  return `=${Buffer.from(part).toString('base64url')}`;
}
