import type { Problem } from '@nestjs-spark/contracts';
import { sendText, type PlatformRequest, type PlatformResponse } from '../routes/platform.ts';
import { traceIdOf } from '../tracing/trace-id.ts';

/** Answers with a problem, on Fastify too, and on Node's own response where Nest is not yet, or no longer, in charge. */
export function sendProblem(
  request: PlatformRequest,
  response: PlatformResponse,
  problem: Problem,
  retryAfterSeconds?: number,
): void {
  sendText(request, response, {
    status: problem.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterSeconds)) }),
    },
    body: JSON.stringify({ ...problem, traceId: traceIdOf(request) }),
  });
}
