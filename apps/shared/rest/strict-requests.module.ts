import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { isSparkRoute, KnownQuery } from '@nestjs-spark/observability';
import type { Request } from 'express';

const READS_A_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** A body that the application's parser ignores would reach a route as an empty one, and be refused for its missing fields. */
@Injectable()
class JsonBodiesGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    if (isSparkRoute(context)) return true;
    const { method, headers } = context.switchToHttp().getRequest<Request>();
    if (!READS_A_BODY.has(method) || !hasBody(headers)) return true;
    if (!isPlain(headers))
      throw new ProblemError('unsupportedMedia', 'The only transfer encoding accepted is chunked.');
    if (isJson(headers)) return true;
    throw new ProblemError('unsupportedMedia', 'The body must be application/json.');
  }
}

/** Spark's own routes have their own check, and probes of health and metrics may send anything. */
@Injectable()
class OwnKnownQuery extends KnownQuery {
  override canActivate(context: ExecutionContext): true {
    return isSparkRoute(context) || super.canActivate(context);
  }
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Node only undoes `chunked`: the bytes of `gzip, chunked` are still compressed, or were never. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  return (headers['transfer-encoding'] ?? 'chunked').trim().toLowerCase() === 'chunked';
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * Answers 415 for a body that is not JSON or has no type, and 400 for a query parameter unknown to its route. Import it after
 * `SparkAuthModule`, so that strangers only ever get a 401.
 */
@Module({
  providers: [
    { provide: APP_GUARD, useClass: JsonBodiesGuard },
    { provide: APP_GUARD, useClass: OwnKnownQuery },
  ],
})
export class StrictRequestsModule {}
