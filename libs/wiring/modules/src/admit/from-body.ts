import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '@nestjs-spark/observability/internal';
import { rawBodyOf } from './raw-body.ts';
import { readBody } from './read-body.ts';

/** What a body may be. */
interface BodyOptions {
  /** Whether no body at all is as good as `{}`; for a class whose fields are all optional. Default false. */
  mayBeAbsent?: boolean;
}

interface Wanted extends BodyOptions {
  type: new () => object;
}

const NOTHING = Buffer.from('{}');

/**
 * The body of a route of a `SparkController`, as an instance of `type`: `@FromBody(Vote) vote: Vote`. The class declares
 * with class-validator what is allowed.
 * @throws {ProblemError} `invalid` (400) with every wrong field by its JSON pointer
 */
export function FromBody<T extends object>(type: new () => T, options: BodyOptions = {}): ParameterDecorator {
  return readAs({ type, ...options });
}

const readAs = createParamDecorator(({ type, mayBeAbsent = false }: Wanted, context: ExecutionContext) => {
  const body = rawBodyOf(context.switchToHttp().getRequest<PlatformRequest>()) ?? new Uint8Array();
  return readBody(type, mayBeAbsent && body.byteLength === 0 ? NOTHING : body);
});
