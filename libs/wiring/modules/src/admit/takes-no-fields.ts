import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { decodeBody, refuseFields, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { rawBodyOf } from './raw-body.ts';

/**
 * Marks a route of a `SparkController` whose body must be empty, as `ReadsNoFields` does where the route reads its body itself:
 * here the guard has already read it, and nothing is left in the request.
 */
export const TakesNoFields = (): MethodDecorator => UseGuards(new NoFields());

class NoFields implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const body = rawBodyOf(context.switchToHttp().getRequest<PlatformRequest>());
    if (body) refuseFields(decodeBody(body));
    return true;
  }
}
