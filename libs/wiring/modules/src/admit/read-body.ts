import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { fieldsOf, typeFirst } from '@nestjs-spark/observability/internal';
import { parseJson } from './parse-json.ts';
import { takeRules } from './rules.ts';

/** Loaded with the first body: an application that reads none, such as the console on its own, does not need them. */
const load = () => Promise.all([import('class-transformer'), import('class-validator')]);
let loaded: ReturnType<typeof load> | null = null;

/**
 * Reads a body as an instance of `type`; unknown fields are refused.
 * @throws {ProblemError} `invalid` (400), naming every invalid field by JSON pointer
 */
export async function readBody<T extends object>(type: new () => T, body: Uint8Array): Promise<T> {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('invalid', 'The body must be a JSON object.');
  }
  const [{ plainToInstance }, { validate, ValidateBy }] = await (loaded ??= load());
  for (const { options, place } of takeRules()) ValidateBy(options)(...place);
  const request = plainToInstance(type, value, { enableImplicitConversion: false });
  const errors = await validate(request, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    // It would start with the rule declared last, which is never the type.
    stopAtFirstError: false,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw invalidFields(fieldsOf(typeFirst(errors)));
  return request;
}

export function invalidFields(errors: ProblemField[]): ProblemError {
  return new ProblemError('invalid', 'Some fields are invalid; see errors.', { errors });
}
