const SENDABLE = /^[!-~]+$/;

/**
 * Whether a request can carry this as its token: ASCII characters without spaces. Node's error for any other would quote it, and
 * clients encode non-ASCII characters differently.
 */
export function isSendable(token: unknown): token is string {
  return typeof token === 'string' && SENDABLE.test(token);
}

/**
 * The fault of a token that no request can carry, without showing it; null for one that can be sent.
 * @param what the setting or variable, with its name
 */
export function tokenFault(what: string, token: unknown): string | null {
  if (isSendable(token)) return null;
  return `${what} cannot be sent: it has to be one line of ASCII characters without spaces; does it contain more than the token?`;
}
