import { Injectable, RequestMethod } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { mapToExcludeRoute } from '@nestjs/core/middleware/utils.js';
import { logFor } from '../logging/log-for.ts';
import { configOf } from './application-config.ts';
import { passInterceptorsBy } from './pass-by.ts';
import { routesOf, type ServedRoute } from './served.ts';
import { isSparkController } from './spark-route.ts';

type Controllers = NonNullable<ReturnType<ModulesContainer['get']>>['controllers'];

/**
 * Separates Spark's routes from the application's: outside its global prefix, not subject to its global interceptors, and never
 * replacing a route of the application.
 */
@Injectable()
export class OwnRoutes {
  private readonly log = logFor('SparkRoutes');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** To be called after `main.ts` has configured everything, and before Nest creates the routes. */
  setApart(): void {
    const config = configOf(this.moduleRef);
    if (!config) return;
    this.giveWay();
    passInterceptorsBy(config);
    const exclude = mapToExcludeRoute(this.routes(true).map(({ path, method }) => ({ path, method })));
    const options = config.getGlobalPrefixOptions();
    config.setGlobalPrefixOptions({ ...options, exclude: [...(options.exclude ?? []), ...exclude] });
  }

  /** The application's own routes win: Spark's health and metrics routes are not mounted at paths that it already serves. */
  private giveWay(): void {
    const taken = this.routes(false);
    for (const controllers of this.controllers()) {
      for (const [token, { metatype }] of controllers) {
        if (typeof metatype !== 'function' || !isSparkController(metatype)) continue;
        const both = routesOf(metatype).filter((own) => taken.some((other) => isSame(own, other)));
        if (both.length === 0) continue;
        controllers.delete(token);
        const paths = both.map(({ path, method }) => `${RequestMethod[method]} /${path}`).join(', ');
        this.log.warn(
          `The application itself has ${paths}, so Spark's controller of these routes is not mounted. Give Spark's routes ` +
            'another path or switch them off, with health and metrics in forRoot(). A controller of the application can ' +
            'include the health of Spark with SparkHealthIndicator, and its metrics with MetricsRegistry',
        );
      }
    }
  }

  private routes(ofSpark: boolean): ServedRoute[] {
    return this.controllers().flatMap((controllers) =>
      [...controllers.values()].flatMap(({ metatype }) =>
        typeof metatype === 'function' && isSparkController(metatype) === ofSpark ? routesOf(metatype) : [],
      ),
    );
  }

  private controllers(): Controllers[] {
    return [...this.modules.values()].map(({ controllers }) => controllers);
  }
}

function isSame(one: ServedRoute, other: ServedRoute): boolean {
  const methods = [one.method, other.method];
  return (
    one.path.toLowerCase() === other.path.toLowerCase() &&
    (one.method === other.method || methods.includes(RequestMethod.ALL))
  );
}
