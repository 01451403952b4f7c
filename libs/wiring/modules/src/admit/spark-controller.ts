import {
  applyDecorators,
  Controller,
  SetMetadata,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiBearerAuth, ApiTags, KnownQuery, SparkRoute } from '@nestjs-spark/observability/internal';
import { RefusalFilter } from './refusal-filter.ts';
import { SparkGuard } from './spark-guard.ts';

/** Marks the controllers whose routes `RouteInstaller` handles, with their options. */
export const SPARK_CONTROLLER = 'spark:controller';

/** Limits for the routes of one controller. */
export interface SparkRouteOptions {
  /** Maximum body size in bytes; a larger one is answered with 413. Default 262,144. */
  bodyBytes?: number;
}

/**
 * A controller of guarded routes below `/spark`: `@SparkController('etl')` is `/spark/etl`, regardless of the prefix and versions
 * of the application's own routes. Each request needs a module's token or the operator token; errors are answered as problems;
 * bodies are read before any parser of the application, within their limits; a verb without a handler is answered with 405 and
 * `Allow`, and a query parameter that the handler does not name with 400. The controller's Nest module imports what
 * `SparkIdentityModule.forRootAsync()` returned.
 *
 * In a handler, `@FromCaller()` gives the caller, `@FromBody(Vote)` the body as a validated `Vote`.
 */
export function SparkController(path: string, options: SparkRouteOptions = {}): ClassDecorator {
  return applyDecorators(
    Controller({ path: `spark/${path}`, version: VERSION_NEUTRAL }),
    SparkRoute(),
    UseGuards(SparkGuard, KnownQuery),
    UseFilters(RefusalFilter),
    ApiTags('Spark'),
    ApiBearerAuth(),
    SetMetadata(SPARK_CONTROLLER, options),
  );
}
