import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '@nestjs-spark/contracts';
import { traceIdOf } from '../tracing/trace-id.ts';

/** Answers with a problem, straight on Node's response, so that it also works where Nest is not yet or no longer in charge. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  retryAfterSeconds?: number,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = problem.status;
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Cache-Control', 'no-store');
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined)
    response.setHeader('Retry-After', String(Math.ceil(retryAfterSeconds)));
  const body = JSON.stringify({ ...problem, traceId: traceIdOf(request) });
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(request.method === 'HEAD' ? undefined : body);
}
