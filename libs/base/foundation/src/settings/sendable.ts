const SENDABLE = /^[!-~]+$/;

/**
 * Whether a request can have this as its token: ASCII characters without spaces. What refuses another one, in Node, quotes it in its
 * message; and a character beyond ASCII is not sent alike by every client.
 */
export function isSendable(token: unknown): token is string {
  return typeof token === 'string' && SENDABLE.test(token);
}

/**
 * The fault of a token that no request can have, which does not show it; null for one that can be sent.
 * @param what the setting or variable, with its name
 */
export function tokenFault(what: string, token: unknown): string | null {
  if (isSendable(token)) return null;
  return `${what} cannot be sent: it has to be one line of ASCII characters without spaces; is there more in it than the token?`;
}
