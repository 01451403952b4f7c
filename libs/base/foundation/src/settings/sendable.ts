const SENDABLE = /^[!-~]+$/;

/**
 * Whether a request can have this as its token: ASCII characters without spaces. What refuses another one, in Node, quotes it in its
 * message.
 */
export function isSendable(token: string): boolean {
  return SENDABLE.test(token);
}
