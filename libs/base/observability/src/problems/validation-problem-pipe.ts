import { ValidationPipe, type ArgumentMetadata, type ValidationPipeOptions } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { objectIn, tooDeep } from '../routes/broken-body.ts';
import { fieldsOf, typeFirst } from './validation-errors.ts';

/**
 * Nest's `ValidationPipe` in strict mode, answering with a problem: unknown fields are refused, nothing is converted silently,
 * and every invalid field is listed under `errors` with a JSON pointer.
 * Options given here override the strict ones.
 */
export class ValidationProblemPipe extends ValidationPipe {
  constructor(options: ValidationPipeOptions = {}) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      // It would start with the rule declared last, which is never the type.
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
    // A missing body counts as an empty object, so that its missing fields are named.
    if (value !== undefined && this.#isObjectBody(metadata)) objectIn(value);
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      // The validation recurses, and a small text can be nested deeper than the stack allows.
      if (error instanceof RangeError) throw tooDeep(undefined, error);
      throw error;
    }
  }

  /** Whether this is a whole body that has to be an instance of a class; `@Body('name')` is one field of a body. */
  #isObjectBody(metadata: ArgumentMetadata): boolean {
    const metatype = this.expectedType ?? metadata.metatype;
    return (
      metadata.type === 'body' &&
      metadata.data === undefined &&
      metatype !== undefined &&
      this.toValidate({ ...metadata, metatype })
    );
  }
}
