import type { IncomingMessage } from 'node:http';
import { TOKEN_MAX_LENGTH } from '../identify/token-claims.ts';

/** What a request shows as its credential; null for none, and for what neither a module nor an operator would show. */
export function bearerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const given = headers.authorization ?? '';
  if (given.length > TOKEN_MAX_LENGTH) return null;
  return BEARER.exec(given)?.[1] ?? null;
}

/** Whether a text has the three parts of a module's token. Nothing is known of it then, but that a look may be worth it. */
export function looksSigned(token: string): boolean {
  return SIGNED.test(token);
}

const BEARER = /^Bearer +([^\s]+) *$/i;
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/;
