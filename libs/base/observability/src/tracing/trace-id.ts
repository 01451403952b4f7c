import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { nodeRequest, type PlatformRequest } from '../routes/platform.ts';

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = '0'.repeat(32);
const given = new WeakMap<IncomingMessage, string>();

/**
 * The id of a request in logs and answers: that of its W3C `traceparent` header if valid, otherwise a random one. The same
 * request always has the same id. 32 hexadecimal digits.
 */
export function traceIdOf(asked: PlatformRequest): string {
  const request = nodeRequest(asked);
  const known = given.get(request);
  if (known) return known;
  const header = request.headers.traceparent;
  const sent = typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
  const id = sent && sent !== NO_TRACE ? sent : randomBytes(16).toString('hex');
  given.set(request, id);
  return id;
}
