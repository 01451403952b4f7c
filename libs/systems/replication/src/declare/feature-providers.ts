import type { Provider, Type } from '@nestjs/common';

/**
 * Makes declared classes findable. What is provided is an empty instance: data classes may have constructors that are not
 * for Nest to call.
 */
export function forFeatureProviders(classes: readonly Type[]): Provider[] {
  return classes.map((target) => ({ provide: target, useValue: Object.create(target.prototype) as object }));
}
