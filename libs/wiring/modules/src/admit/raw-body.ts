import type { IncomingMessage } from 'node:http';
import {
  JSON_FORM,
  nodeRequest,
  requireForm,
  tooLarge,
  type PlatformRequest,
} from '@nestjs-spark/observability/internal';
import type { PendingBodies } from './pending-bodies.ts';
import { parsedBefore } from './parsed-before.ts';

const bodies = new WeakMap<IncomingMessage, Buffer>();
const BODY_HEADERS = ['content-length', 'content-type', 'transfer-encoding'];

/** The bytes of a request to a guarded route as they arrived; undefined for every other request. */
export function rawBodyOf(request: PlatformRequest): Buffer | undefined {
  return bodies.get(nodeRequest(request));
}

/**
 * Reads a body before any parser does: a token is bound to the bytes, and a body is not even parsed before its sender is
 * authenticated. Afterwards the request has no body, so that a later parser finds nothing to read.
 * @param pending limits what unauthenticated senders may have in progress
 * @throws {ProblemError} `tooLarge` (413), `bodyTimeout` (408), or `unsupportedMedia` (415) for one that is compressed or not
 *   JSON
 * @throws {BodyTakenError} when a parser has already read it, and nothing of the body is left
 */
export async function keepRawBody(
  request: IncomingMessage,
  limit: number,
  pending: PendingBodies,
): Promise<void> {
  const kept = bodies.get(request);
  if (kept) {
    // Two systems of one application, each with its own identity, may both be in front of the route.
    if (kept.byteLength > limit) throw tooLarge(limit);
    return;
  }
  requireForm(request, JSON_FORM);
  bodies.set(request, parsedBefore(request, limit) ?? (await collect(request, limit, pending)));
  for (const name of BODY_HEADERS) delete request.headers[name];
}

async function collect(request: IncomingMessage, limit: number, pending: PendingBodies): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else reject(tooLarge(limit));
  };
  request.on('data', take);
  request.once('end', () => resolve(Buffer.concat(chunks)));
  request.once('error', reject);
  request.once('close', () => reject(new Error('The sender went away before its body was complete')));
  return pending.wait(promise).finally(() => request.off('data', take));
}
