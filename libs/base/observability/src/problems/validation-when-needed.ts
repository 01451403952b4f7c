import { createRequire } from 'node:module';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ValidationProblemPipe } from './validation-problem-pipe.ts';

/**
 * A `ValidationProblemPipe` that is created for the first value that a handler takes: it loads class-validator and
 * class-transformer, a sixth of all that an application without bodies would load.
 * @throws {Error} if one of them is not installed, so that this shows at the start and not with the first request
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
