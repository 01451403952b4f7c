/** The metadata that `ApiExcludeController` of `@nestjs/swagger` sets; the decorator can only set it, not remove it. */
const EXCLUDED = 'swagger/apiExcludeController';

const leftOut = new Set<Parameters<ClassDecorator>[0]>();

/** Keeps a controller and its schemas out of the application's OpenAPI document. */
export function leaveOutOfOpenApi(): ClassDecorator {
  return (controller) => {
    leftOut.add(controller);
    Reflect.defineMetadata(EXCLUDED, [true], controller);
  };
}

/** Does the work with none of them left out. */
export function withNoneLeftOut<T>(work: () => T): T {
  for (const controller of leftOut) Reflect.deleteMetadata(EXCLUDED, controller);
  try {
    return work();
  } finally {
    for (const controller of leftOut) Reflect.defineMetadata(EXCLUDED, [true], controller);
  }
}
