import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';

const bodies = new WeakMap<IncomingMessage, Buffer>();

/** The bytes of a request to a guarded route as they arrived; undefined for every other request. */
export function rawBodyOf(request: IncomingMessage): Buffer | undefined {
  return bodies.get(request);
}

/**
 * Reads a body before any parser does: a token is bound to the bytes, and a body is not even parsed before its sender is known.
 * @throws {ProblemError} `tooLarge` (413), or `unsupportedMedia` (415) for one that is compressed or in another form than JSON
 */
export async function keepRawBody(request: IncomingMessage, limit: number): Promise<void> {
  refuseForm(request);
  bodies.set(request, await collect(request, limit));
}

function refuseForm({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ProblemError('unsupportedMedia', 'Compressed bodies are not accepted.');
  }
  const type = headers['content-type'];
  if (
    type !== undefined &&
    !/^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type)
  ) {
    throw new ProblemError('unsupportedMedia', 'The body must be application/json in UTF-8.');
  }
}

async function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
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
  return new ProblemError('tooLarge', `The body may have at most ${limit} bytes.`);
}
