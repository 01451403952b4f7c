import { applyDecorators, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { leaveOutOfOpenApi } from './left-out.ts';

const SPARK_ROUTE = 'spark:route';
const SYSTEM_ROUTE = 'spark:system-route';

/** Marks a controller whose routes are Spark's rather than the application's. */
export function SparkRoute(): ClassDecorator {
  return applyDecorators(SetMetadata(SPARK_ROUTE, true), leaveOutOfOpenApi());
}

/** Marks a system's controller whose routes are among the application's own, under its prefix and subject to its interceptors. */
export const SystemRoute = (): ClassDecorator => SetMetadata(SYSTEM_ROUTE, true);

export function isSystemController(controller: object): boolean {
  return Reflect.getMetadata(SYSTEM_ROUTE, controller) === true;
}

/** Whether a class carries `SparkRoute`, directly or by inheritance. */
export function isSparkController(controller: object): boolean {
  return Reflect.getMetadata(SPARK_ROUTE, controller) === true;
}

/**
 * Whether a request goes to one of Spark's routes: `/spark/…`, health or metrics. Check it in a global guard, and let these
 * requests pass: `/spark/…` has its own guard (module and operator tokens); health and metrics are open, as probes expect. Global
 * interceptors need not check this, because they do not run for Spark's routes.
 *
 * False in every context that is not HTTP.
 */
export function isSparkRoute(context: Pick<ExecutionContext, 'getClass'>): boolean {
  return isSparkController(context.getClass());
}
