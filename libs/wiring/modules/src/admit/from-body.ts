import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '@nestjs-spark/observability/internal';
import { rawBodyOf } from './raw-body.ts';
import { readBody } from './read-body.ts';

/**
 * The body of a route of a `SparkController`, as an instance of `type`: `@FromBody(Vote) vote: Vote`. The class declares
 * with class-validator what is allowed.
 * @throws {ProblemError} `invalid` (400) with every wrong field by its JSON pointer
 */
export function FromBody<T extends object>(type: new () => T): ParameterDecorator {
  return readAs(type);
}

const readAs = createParamDecorator((type: new () => object, context: ExecutionContext) => {
  const body = rawBodyOf(context.switchToHttp().getRequest<PlatformRequest>());
  return readBody(type, body ?? new Uint8Array());
});
