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

/**
 * An OpenAPI document with Spark's routes in it, which are left out otherwise:
 * `withSparkRoutes(() => SwaggerModule.createDocument(app, config))`. Their schemas carry the names of their classes; an
 * application's class of the same name needs `@ApiSchema({ name })`.
 * @param create makes the document, synchronously
 */
export function withSparkRoutes<T>(create: () => T): T {
  for (const controller of leftOut) Reflect.deleteMetadata(EXCLUDED, controller);
  try {
    return create();
  } finally {
    for (const controller of leftOut) Reflect.defineMetadata(EXCLUDED, [true], controller);
  }
}
