import { createRequire } from 'node:module';
import type { ArgumentMetadata, PipeTransform, ValidationPipeOptions } from '@nestjs/common';
import { ValidationProblemPipe } from './validation-problem-pipe.ts';

/** The packages that Nest's pipe needs. */
type Packages = Required<Pick<ValidationPipeOptions, 'validatorPackage' | 'transformerPackage'>>;

const require = createRequire(import.meta.url);

/**
 * With `require`, which tries again after a failure: a process that has run out of file descriptors may have some again a moment later.
 * `import` keeps the failure of a CommonJS package for good, and Nest's pipe, left to load them itself, ends the process.
 */
export const loadValidation = (): Packages => ({
  validatorPackage: require('class-validator') as Packages['validatorPackage'],
  transformerPackage: require('class-transformer') as Packages['transformerPackage'],
});

/**
 * A `ValidationProblemPipe` that is created for the first value that a handler takes: it loads class-validator and
 * class-transformer, a sixth of all that an application without bodies would load.
 * @param load throws while they cannot be loaded: the value is refused, and the next one tries again
 * @throws {Error} if one of them is not installed, so that this shows at the start and not with the first request
 */
export function validationWhenNeeded(load = loadValidation): PipeTransform {
  for (const name of ['class-validator', 'class-transformer']) require.resolve(name);
  let pipe: ValidationProblemPipe | null = null;
  return {
    transform: async (value: unknown, metadata: ArgumentMetadata): Promise<unknown> =>
      (pipe ??= new ValidationProblemPipe(load())).transform(value, metadata),
  };
}
