import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { pointerOf, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { parseJson } from './parse-json.ts';
import { rawBodyOf } from './raw-body.ts';
import { invalidFields } from './read-body.ts';

/**
 * Marks a route of a `SparkController` whose body says nothing: none at all and `{}` are the same, and a field is refused as
 * other routes refuse one that they do not know, so that nobody believes it was heard.
 */
export const TakesNoFields = (): MethodDecorator => UseGuards(new NoFields());

class NoFields implements CanActivate {
  canActivate(context: ExecutionContext): true {
    refuseFields(rawBodyOf(context.switchToHttp().getRequest<PlatformRequest>()) ?? new Uint8Array());
    return true;
  }
}

/** @throws {ProblemError} `invalid` (400) with every field by its JSON pointer */
function refuseFields(body: Uint8Array): void {
  if (body.byteLength === 0) return;
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('invalid', 'The body must be a JSON object.');
  }
  const errors = Object.keys(value).map((name) => ({
    pointer: pointerOf(name),
    detail: `${name} is not known here: remove it`,
  }));
  if (errors.length > 0) throw invalidFields(errors);
}
