import { createRequire } from 'node:module';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ValidationProblemPipe } from './validation-problem-pipe.ts';

/**
 * A `ValidationProblemPipe` from the first value on that a handler takes: it loads class-validator and class-transformer, a sixth
 * of all that an application without bodies loads.
 * @throws {Error} if one of them is not installed, which should not show with the first request
 */
export function validationWhenNeeded(): PipeTransform {
  const { resolve } = createRequire(import.meta.url);
  for (const name of ['class-validator', 'class-transformer']) resolve(name);
  let pipe: ValidationProblemPipe | null = null;
  return {
    transform: (value: unknown, metadata: ArgumentMetadata): Promise<unknown> =>
      (pipe ??= new ValidationProblemPipe()).transform(value, metadata),
  };
}
