import { createRequire } from 'node:module';
import {
  fieldsOf,
  invalidFields,
  knownFields,
  objectIn,
  typeFirst,
  type ParseJson,
} from '@nestjs-spark/observability/internal';
import { parseJson } from './parse-json.ts';
import { takeRules } from './rules.ts';

/**
 * Loaded with the first body: an application that reads none, such as the console on its own, does not need them. With `require`, which tries
 * again after a failure, for example when file descriptors have run out: `import` keeps the failure of a CommonJS package for good.
 */
const require = createRequire(import.meta.url);
const load = () => ({
  transformer: require('class-transformer') as typeof import('class-transformer'),
  validator: require('class-validator') as typeof import('class-validator'),
});
let loaded: ReturnType<typeof load> | null = null;

/**
 * Reads a body as an instance of `type`; unknown fields are refused. @param parse as for `parseJson`
 * @throws {ProblemError} `invalid` (400), naming every invalid field by JSON pointer
 */
export async function readBody<T extends object>(
  type: new () => T,
  body: Uint8Array,
  parse?: ParseJson,
): Promise<T> {
  const value = objectIn(parseJson(body, parse));
  const { transformer, validator } = (loaded ??= load());
  for (const { options, place } of takeRules()) validator.ValidateBy(options)(...place);
  const request = transformer.plainToInstance(type, value, { enableImplicitConversion: false });
  const errors = await validator.validate(request, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    // It would start with the rule declared last, which is never the type.
    stopAtFirstError: false,
    validationError: { value: false },
  });
  if (errors.length > 0) throw invalidFields(fieldsOf(typeFirst(errors), knownFields(validator)));
  return request;
}
