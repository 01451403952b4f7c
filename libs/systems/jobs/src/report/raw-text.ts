import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { nodeRequest, readBody, type PlatformRequest } from '@nestjs-spark/observability/internal';

/** The largest body of a submission; larger inputs go to `POST /api/jobs/input` first. */
export const MOST_BODY_BYTES = 256 * 1024 * 1024;

type Parsed = IncomingMessage & { body?: unknown; rawBody?: unknown };

/**
 * The body of a request as text. Where a parser of the application has read it, what it kept (`rawBody`) or made of it: numbers
 * that JavaScript cannot hold have changed then, so applications that need them start with `bodyParser: false`.
 * @throws {ProblemError} `tooLarge` (413), `unsupportedMedia` (415), `invalid` (400) for what is not UTF-8
 */
export const RawText = createParamDecorator(
  async (_: unknown, context: ExecutionContext): Promise<string> => {
    const request = nodeRequest(context.switchToHttp().getRequest<PlatformRequest>());
    requireJson(request);
    const before = parsedBefore(request);
    if (before !== null) return before;
    const body = await readBody(request, MOST_BODY_BYTES);
    if (body) return decoded(body);
    throw new ProblemError('tooLarge', `A submission may have at most ${MOST_BODY_BYTES} bytes.`);
  },
);

function requireJson({ headers }: IncomingMessage): void {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined)
    throw new ProblemError('unsupportedMedia', 'Compressed bodies are not accepted.');
  if (type === undefined || /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) return;
  throw new ProblemError('unsupportedMedia', 'The body must be application/json in UTF-8.');
}

function parsedBefore(request: Parsed): string | null {
  if (!request.readableDidRead) return null;
  if (Buffer.isBuffer(request.rawBody)) return decoded(request.rawBody);
  return request.body === undefined ? '' : JSON.stringify(request.body);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError('invalid', 'The body is not UTF-8.', { cause });
  }
}
