import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiTags, KnownQuery, SystemRoute } from '@nestjs-spark/observability/internal';
import { ApiGuard } from './api-guard.ts';

/**
 * A controller of a system for callers of the application's API: `@ApiController('api/jobs', 'jobs')`. Each request needs a caller with
 * the role that its route needs; a verb without a handler is answered with 405 and `Allow`, and a parameter of the query that the
 * handler does not name with 400.
 */
export function ApiController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(path), SystemRoute(), UseGuards(ApiGuard, KnownQuery), ApiTags(tag));
}
