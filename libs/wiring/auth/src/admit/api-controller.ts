import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiTags, KnownQuery, SystemRoute } from '@nestjs-spark/observability/internal';
import { ApiGuard } from './api-guard.ts';

/**
 * A system's controller for callers of the application's API: `@ApiController('api/jobs', 'jobs')`. Each request needs a caller
 * with the role required by its route; a verb without a handler is answered with 405 and `Allow`, and a query parameter that the
 * handler does not name with 400.
 */
export function ApiController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(path), SystemRoute(), UseGuards(ApiGuard, KnownQuery), ApiTags(tag));
}
