import {
  Controller,
  Global,
  Module,
  VERSION_NEUTRAL,
  type DynamicModule,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { Breakers, isOptions, optionsFault, unknownOptions } from '@nestjs-spark/foundation/internal';
import { BreakerStatus } from './breakers/breaker-status.ts';
import { ModuleFacts } from './about/module-facts.ts';
import { HealthChecks } from './health/health-checks.ts';
import { HealthController } from './health/health.controller.ts';
import { ShutdownDrain } from './health/shutdown-drain.ts';
import { SparkHealthIndicator } from './health/spark-health-indicator.ts';
import { InFrontModule } from './in-front/in-front.module.ts';
import { logFor } from './logging/log-for.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { MetricsRegistry } from './metrics/metrics-registry.ts';
import { Refusals } from './problems/refusals.ts';
import { OwnRoutes } from './routes/own-routes.ts';

/** The paths of the health and metrics routes. */
export interface ObservabilityOptions {
  /** Path of `live` and `ready`, from the root; false: no such routes. Default `health`. */
  health?: string | false;
  /** Path of the Prometheus metrics, from the root; false: no such route. Default `metrics`. */
  metrics?: string | false;
}

/** The names of all options of `ObservabilityOptions`. */
export const ROUTE_OPTIONS = Object.keys({
  health: true,
  metrics: true,
} satisfies Record<keyof ObservabilityOptions, true>);

/**
 * Separates the routes' paths, which are needed before the application starts, from the options that are given with them. Anything but an
 * object is left as it is, and refused at the start.
 */
export function withoutRoutes<T extends ObservabilityOptions>(
  options: T,
): { routes: ObservabilityOptions; settings: Omit<T, keyof ObservabilityOptions> } {
  if (!isOptions(options)) return { routes: {}, settings: options };
  const { health, metrics, ...settings } = options;
  return { routes: { health, metrics }, settings };
}

/**
 * Provides `HealthChecks`, `SparkHealthIndicator` and `MetricsRegistry` globally for Nest modules that add or show something;
 * with `forRoot()` also the routes `GET /health/live`, `GET /health/ready` and `GET /metrics`. These are open to anyone who can
 * reach the port; protect them in the network where that matters. Like all of Spark's routes, they are outside the application's
 * global prefix and versioning.
 */
@Global()
@Module({
  imports: [InFrontModule],
  providers: [
    HealthChecks,
    ModuleFacts,
    SparkHealthIndicator,
    MetricsRegistry,
    Refusals,
    ShutdownDrain,
    OwnRoutes,
    BreakerStatus,
    { provide: Breakers, useFactory: () => new Breakers(logFor('Breakers')) },
  ],
  exports: [HealthChecks, ModuleFacts, SparkHealthIndicator, MetricsRegistry, Refusals, Breakers],
})
export class ObservabilityModule implements NestModule {
  private readonly own: OwnRoutes;

  constructor(own: OwnRoutes) {
    this.own = own;
  }

  /** Includes the routes. An application's own route at the same path takes precedence, which is logged. */
  static forRoot(options: ObservabilityOptions = {}): DynamicModule {
    const fault = optionsFault(options, ROUTE_OPTIONS) ?? unknownOptions(options, ROUTE_OPTIONS)[0];
    if (fault !== undefined) throw new TypeError(`ObservabilityModule.forRoot(): ${fault}.`);
    const { health = 'health', metrics = 'metrics' } = options;
    return {
      module: ObservabilityRoutes,
      imports: [ObservabilityModule],
      controllers: [
        ...(health === false ? [] : [mounted(HealthController, health)]),
        ...(metrics === false ? [] : [mounted(MetricsController, metrics)]),
      ],
    };
  }

  /**
   * Nest asks for middleware after `main.ts` has configured everything and before it creates the routes: the only moment for
   * this.
   */
  configure(): void {
    this.own.setApart();
  }
}

@Module({})
class ObservabilityRoutes {}

const mountedAt = new Map<string, Type>();

/** The controller at a path; a separate class each time, because applications in one process may differ. */
function mounted(controller: typeof HealthController | typeof MetricsController, path: string): Type {
  const key = `${controller.name} ${path}`;
  const known = mountedAt.get(key);
  if (known) return known;
  const made: Type = class extends (controller as Type) {};
  Object.defineProperty(made, 'name', { value: controller.name });
  Controller({ path, version: VERSION_NEUTRAL })(made);
  mountedAt.set(key, made);
  return made;
}
