/** What `ApiExcludeController` of `@nestjs/swagger` writes; the decorator only ever adds to it, and cannot take it off. */
const EXCLUDED = 'swagger/apiExcludeController';

const leftOut = new Set<Parameters<ClassDecorator>[0]>();

/** Keeps a controller out of the application's OpenAPI document, and its schemas with it. */
export function leaveOutOfOpenApi(): ClassDecorator {
  return (controller) => {
    leftOut.add(controller);
    Reflect.defineMetadata(EXCLUDED, [true], controller);
  };
}

/** Does the work while none of them is left out. */
export function withNoneLeftOut<T>(work: () => T): T {
  for (const controller of leftOut) Reflect.deleteMetadata(EXCLUDED, controller);
  try {
    return work();
  } finally {
    for (const controller of leftOut) Reflect.defineMetadata(EXCLUDED, [true], controller);
  }
}
