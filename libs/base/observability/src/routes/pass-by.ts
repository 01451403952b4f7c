import type { NestInterceptor } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { isSparkRoute } from './spark-route.ts';

type ScopedInterceptor = ReturnType<ApplicationConfig['getGlobalRequestInterceptors']>[number];

/**
 * Makes the application's global interceptors skip Spark's routes: what modules, probes and Prometheus read must not come in an
 * envelope, from a cache, or not at all. Nest has no exclusion list for interceptors, so they are wrapped where they are stored.
 */
export function passInterceptorsBy(config: ApplicationConfig): void {
  replaceEach(config.getGlobalInterceptors(), passBy);
  replaceEach(config.getGlobalRequestInterceptors(), passScopedBy);
}

function passBy(interceptor: NestInterceptor): NestInterceptor {
  return {
    intercept: (context, next) =>
      isSparkRoute(context) ? next.handle() : interceptor.intercept(context, next),
  };
}

/** A request-scoped one is only known once it is created. */
function passScopedBy(wrapper: ScopedInterceptor): ScopedInterceptor {
  const find: ScopedInterceptor['getInstanceByContextId'] = (...asked) => {
    const host = wrapper.getInstanceByContextId(...asked);
    return host && { ...host, instance: passBy(host.instance) };
  };
  return Object.create(wrapper, { getInstanceByContextId: { value: find } }) as ScopedInterceptor;
}

function replaceEach<T>(list: T[], replace: (one: T) => T): void {
  list.splice(0, list.length, ...list.map(replace));
}
