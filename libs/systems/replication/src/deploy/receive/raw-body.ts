import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';
import { sendProblem } from '@nestjs-spark/observability/internal';
import { DEPLOYMENT_BOUNDS } from '../../settings/options.ts';

const SPARK_PATH =
  /^(?:\/[^/?]+)*\/spark\/(?:etl\/(?:deploy|preview|set-aside)|replication|dead-letters)(?:[/?]|$)/i;
const bodies = new WeakMap<IncomingMessage, Buffer>();

/** The bytes of a request to `/spark/*` as they arrived; undefined when it did not come through `readRawBody`. */
export function rawBodyOf(request: IncomingMessage): Buffer | undefined {
  return bodies.get(request);
}

/**
 * Reads the body of requests to `/spark/*` before any parser does: a token is bound to the bytes, and a body is not even
 * parsed before its sender is known. Too large (413), compressed or in another form than JSON (415) is answered here.
 */
export function readRawBody(
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (!SPARK_PATH.test(request.url ?? '')) return next();
  void keepBody(request, response, next);
}

async function keepBody(
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  try {
    refuseForm(request);
    bodies.set(request, await collect(request));
  } catch (error) {
    if (!(error instanceof ProblemError)) return next(error);
    sendProblem(request, response, error.toProblem());
    // What is still on its way is let through unread, so that the sender gets to see the answer.
    request.resume();
    return;
  }
  next();
}

function refuseForm({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ProblemError('unsupportedMedia', 'A compressed body is not read here.');
  }
  const type = headers['content-type'];
  if (
    type !== undefined &&
    !/^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type)
  ) {
    throw new ProblemError('unsupportedMedia', 'The body must be application/json in UTF-8.');
  }
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const limit = DEPLOYMENT_BOUNDS.bodyBytes;
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
  return promise.finally(() => request.off('data', take));
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError('tooLarge', `The body may have ${limit} bytes at most.`);
}
