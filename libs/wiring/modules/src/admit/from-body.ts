import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiBody, isBlank, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { rawBodyOf } from './raw-body.ts';
import { readBody } from './read-body.ts';

/** Options for a body. */
interface BodyOptions {
  /** Whether a missing body is accepted as `{}`; for a class whose fields are all optional. Default false. */
  mayBeAbsent?: boolean;
}

interface Wanted extends BodyOptions {
  type: new () => object;
}

const NOTHING = Buffer.from('{}');

/**
 * The body of a route of a `SparkController`, as an instance of `type`: `@FromBody(Vote) vote: Vote`. The class declares the
 * valid content with class-validator, and describes it in OpenAPI with `ApiProperty`.
 * @throws {ProblemError} `invalid` (400), naming every invalid field by JSON pointer
 */
export function FromBody<T extends object>(type: new () => T, options: BodyOptions = {}): ParameterDecorator {
  const read = readAs({ type, ...options });
  return (target, key, index) => {
    read(target, key, index);
    if (key === undefined) return;
    const method = Object.getOwnPropertyDescriptor(target, key);
    ApiBody({ type, required: options.mayBeAbsent !== true })(target, key, method);
  };
}

const readAs = createParamDecorator(({ type, mayBeAbsent = false }: Wanted, context: ExecutionContext) => {
  const body = rawBodyOf(context.switchToHttp().getRequest<PlatformRequest>()) ?? new Uint8Array();
  return readBody(type, mayBeAbsent && isBlank(body) ? NOTHING : body);
});
