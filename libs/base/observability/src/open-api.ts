import * as swagger from '@nestjs/swagger';
import { takeDescriptions, type DescribedPlace, type DescriptionName } from './routes/described.ts';
import { withNoneLeftOut } from './routes/left-out.ts';

type Decorators = Record<
  DescriptionName,
  (...words: readonly unknown[]) => (...place: DescribedPlace) => void
>;

/**
 * Makes an OpenAPI document include Spark's routes, which are left out otherwise:
 * `withSparkRoutes(() => SwaggerModule.createDocument(app, config))`. Schemas are named after their classes; an application's
 * class of the same name needs `@ApiSchema({ name })`. Only this entry point needs `@nestjs/swagger`.
 * @param create makes the document, synchronously
 */
export function withSparkRoutes<T>(create: () => T): T {
  const decorators = swagger as unknown as Decorators;
  for (const { name, words, place } of takeDescriptions()) decorators[name](...words)(...place);
  return withNoneLeftOut(create);
}
