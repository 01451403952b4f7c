import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

type Asked = Pick<IncomingMessage, 'headers'>;

/** By these, a platform knows that a request has a body. */
const BODY_HEADERS = ['content-length', 'content-type', 'transfer-encoding'] as const;

const left = new WeakMap<Asked, IncomingHttpHeaders>();

/** Leaves the body of a request to its route: the platform sees none, so no parser reads it. `bodyHeadersOf` still returns its headers. */
export function leaveBody(request: Asked): void {
  left.set(request, { ...request.headers });
  for (const name of BODY_HEADERS) delete request.headers[name];
}

/** The headers of a request as its sender wrote them. */
export function bodyHeadersOf(request: Asked): IncomingHttpHeaders {
  return left.get(request) ?? request.headers;
}
