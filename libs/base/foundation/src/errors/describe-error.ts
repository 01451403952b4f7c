import { redact } from './redact.ts';

const DEEPEST_CAUSE = 5;

/**
 * Describes an error in one line: its message and those of its causes, outermost first, without stack and with secrets masked.
 * Anything that is not an `Error` is shown as text. For logs and everything that leaves the process; use `messageOf` for a single
 * message.
 */
export function describeError(error: unknown): string {
  return explainError(error).replace(/\s+/g, ' ');
}

/**
 * As `describeError`, but keeping the messages' line breaks: on a terminal, several faults are easier to read one below the
 * other.
 */
export function explainError(error: unknown): string {
  const messages: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && current !== undefined && current !== null; depth++) {
    const message = textOf(current);
    if (message !== '' && !messages.some((earlier) => earlier.includes(message))) messages.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  const sentence = messages.map((message, at) =>
    at < messages.length - 1 ? message.replace(/\.$/, '') : message,
  );
  return redact(sentence.join(': ').trim() || 'unknown error');
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join(', ');
  if (error instanceof Error) return error.message || error.name;
  // Nest's microservices pass on errors as plain objects.
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
}
