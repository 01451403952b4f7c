import { performance } from 'node:perf_hooks';
import type { IncomingMessage } from 'node:http';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { describeError, Repeats } from '@nestjs-spark/foundation/internal';
import { logFor } from '../logging/log-for.ts';
import { nodeRequest, type PlatformRequest, type PlatformResponse } from '../routes/platform.ts';
import { traceIdOf } from '../tracing/trace-id.ts';
import { sendProblem } from './send-problem.ts';
import { toProblem } from './to-problem.ts';

const REPEAT_MS = 60_000;

/**
 * Answers every error as `application/problem+json` (RFC 9457) with a `traceId`: a `ProblemError` as such, Nest's
 * `HttpException`s with their status, an unavailable store as 503 with `Retry-After`, and anything else as 500. Stack traces only
 * go to the log, with the same trace id. `SparkProblemModule` applies the filter to a whole application.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = logFor('Problem');
  private readonly repeats = new Repeats(REPEAT_MS);

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<PlatformRequest>();
    const response = host.switchToHttp().getResponse<PlatformResponse>();
    const { problem, retryAfterSeconds, unforeseen } = toProblem(error, request);
    if (problem.status >= 500) this.report(error, nodeRequest(request), unforeseen);
    sendProblem(request, response, problem, retryAfterSeconds);
  }

  private report(error: unknown, request: IncomingMessage, unforeseen: boolean): void {
    const what = `${request.method} ${request.url?.split('?')[0]} failed [${traceIdOf(request)}]`;
    if (!unforeseen) return this.warn(what, describeError(error));
    this.log.error(`${what}: ${describeError(error)}${framesOf(error)}`);
  }

  /**
   * While a store is unavailable, every request fails with the same message: it is logged once a minute, and each time at debug
   * level.
   */
  private warn(what: string, reason: string): void {
    const leftOut = this.repeats.leftOut(reason, performance.now());
    if (leftOut === null) return this.log.debug(`${what}: ${reason}`);
    const more = leftOut > 0 ? ` (and ${leftOut} more requests in the minute before)` : '';
    this.log.warn(`${what}: ${reason}${more}`);
  }
}

/** The stack frames of an error, on its message's line. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || !error.stack) return '';
  const frames = error.stack.split('\n').map((line) => line.trim());
  return frames
    .filter((line) => line.startsWith('at '))
    .map((line) => ` ${line}`)
    .join('');
}
