import { ValidationPipe, type ArgumentMetadata, type ValidationPipeOptions } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { fieldsOf, typeFirst } from './validation-errors.ts';

/**
 * Nest's `ValidationPipe` set to be strict, answering with a problem: unknown fields are refused, nothing is converted
 * silently, and every wrong field is listed under `errors` with a JSON pointer.
 * Options given here override the strict ones.
 */
export class ValidationProblemPipe extends ValidationPipe {
  constructor(options: ValidationPipeOptions = {}) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      // It would begin with the rule that stands last, which is never that of the type.
      stopAtFirstError: false,
      transformOptions: { enableImplicitConversion: false },
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        new ProblemError('invalid', 'Some fields are invalid; see errors.', {
          errors: fieldsOf(typeFirst(errors)),
        }),
      ...options,
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      // It walks through a body by recursion, and a small text can be nested deeper than the stack is.
      if (error instanceof RangeError)
        throw new ProblemError('invalid', 'The body is nested too deeply.', { cause: error });
      throw error;
    }
  }
}
