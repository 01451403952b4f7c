import { ProblemError } from '@nestjs-spark/contracts';

/**
 * What a request asks for, as path and query: the single interpretation that routes, guard and application share. Of a whole URL
 * (RFC 9112, absolute form) only the path counts, because routers read it that way.
 * @throws {ProblemError} `invalid` (400) for a target that is neither
 */
export function requestTarget(target: string): string {
  // `*` is valid for OPTIONS, addressing the server itself.
  if (target.startsWith('/') || target === '*') return target;
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (url === null) throw new ProblemError('invalid', 'The request target is not a path.');
  return `${url.pathname}${url.search}`;
}
