import { ProblemError } from '@nestjs-spark/contracts';

/**
 * What a request asks for, as path and query: the one reading that routes, guard and application go by. A whole URL (RFC 9112,
 * absolute form) is what its path says, because routers read it so.
 * @throws {ProblemError} `invalid` (400) for a target that is neither
 */
export function requestTarget(target: string): string {
  // `*` is what OPTIONS may ask, of the server itself.
  if (target.startsWith('/') || target === '*') return target;
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (url === null) throw new ProblemError('invalid', 'The request asks for something that is not a path.');
  return `${url.pathname}${url.search}`;
}
