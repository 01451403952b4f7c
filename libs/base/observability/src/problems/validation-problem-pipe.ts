import { createRequire } from 'node:module';
import { ValidationPipe, type ArgumentMetadata, type ValidationPipeOptions } from '@nestjs/common';
import { invalidFields, objectIn, refuseUnkept, tooDeep } from '../routes/broken-body.ts';
import { isSpecial, unkeptParts } from '../routes/unkept-parts.ts';
import { fieldsOf, knownFields, typeFirst, type Validator } from './validation-errors.ts';

const require = createRequire(import.meta.url);

/** class-transformer leaves such fields out of the instance silently. */
const isLost = (name: string): boolean => name === '__proto__' || name === 'constructor';

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
      // The target names the fields that may have been meant; a factory of the application does not get it.
      validationError: { target: options.exceptionFactory === undefined, value: false },
      // By the first error, Nest's pipe has loaded the package.
      exceptionFactory: (errors) =>
        invalidFields(fieldsOf(typeFirst(errors), knownFields(require('class-validator') as Validator))),
      ...options,
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isObjectBody = this.#isObjectBody(metadata);
    // A missing body counts as an empty object, so that its missing fields are named.
    if (value !== undefined && isObjectBody) objectIn(value);
    if (metadata.type === 'body')
      refuseUnkept(unkeptParts(value, { isLost: isObjectBody ? isLost : isSpecial, field: metadata.data }));
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
