import type { IncomingMessage } from 'node:http';
import { tooLarge } from '@nestjs-spark/observability/internal';

/** Something in front of Nest has consumed a body without keeping any of it. The message says what to change. */
export class BodyTakenError extends Error {
  override readonly name = 'BodyTakenError';

  constructor() {
    super(
      'Something in front of Nest has read the body of a request to /spark, and a module’s token is bound to its bytes. ' +
        'Mount body parsers with app.use() or app.useBodyParser() instead of on an Express instance of your own, or keep ' +
        'the bytes: express.json({ verify: (request, response, bytes) => { request.rawBody = bytes; } })',
    );
  }
}

/**
 * The body of a request that a parser has already read; undefined when none has. Either the retained bytes (`rawBody`), or bytes
 * rebuilt from the parsed value with `JSON.stringify`, which are identical for JSON that a module sent. Rebuilt bytes prove
 * nothing on their own; the digest in the token does.
 * @throws {ProblemError} `tooLarge` (413)
 * @throws {BodyTakenError} when nothing is left of it
 */
export function parsedBefore(request: IncomingMessage, limit: number): Buffer | undefined {
  const { body, rawBody } = request as IncomingMessage & { body?: unknown; rawBody?: unknown };
  const read = request.readableEnded || request.readableDidRead;
  if (!read) return undefined;
  const bytes = Buffer.isBuffer(rawBody) ? rawBody : bytesOf(body);
  if (bytes === undefined) throw new BodyTakenError();
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return bytes;
}

function bytesOf(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  return typeof body === 'object' && body !== null ? Buffer.from(JSON.stringify(body)) : undefined;
}
