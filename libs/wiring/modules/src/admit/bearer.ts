import type { IncomingMessage } from 'node:http';
import { TOKEN_MAX_LENGTH } from '../identify/token-claims.ts';

/**
 * The credential of a request; null for none. Empty, which matches nothing, for one longer than `longest` characters, by default
 * longer than anything that a module or an operator would send.
 */
export function bearerOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  longest: number = TOKEN_MAX_LENGTH,
): string | null {
  const given = headers.authorization ?? '';
  if (given.length > longest) return '';
  return BEARER.exec(given)?.[1] ?? null;
}

/** Whether a text has the three parts of a module's token. This proves nothing yet, only that verification may be worthwhile. */
export function looksSigned(token: string): boolean {
  return SIGNED.test(token);
}

const BEARER = /^Bearer +([^\s]+) *$/i;
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/;
