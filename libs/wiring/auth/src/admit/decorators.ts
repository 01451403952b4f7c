import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '@nestjs-spark/observability';
import type { ApiCaller, Role } from '../recognize/api-caller.ts';
import { callerOf } from './callers.ts';

/** @internal */
export const PUBLIC = 'spark:api:public';
/** @internal */
export const MINIMUM_ROLE = 'spark:api:role';

/**
 * Admits everybody to a route, or to all routes of a controller, without a credential. A `@MinimumRole()` of a route takes
 * precedence over `@Public()`, on its controller or on itself.
 */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

/**
 * The minimum role for a route, or for each route of a controller. Without it: `viewer` for GET and HEAD, `editor` for all others.
 * What a route says takes precedence over what its controller says: a route in a `@Public()` controller may need a role.
 */
export const MinimumRole = (role: Role): ClassDecorator & MethodDecorator => SetMetadata(MINIMUM_ROLE, role);

/**
 * The caller of a route, as a parameter: `list(@CurrentCaller() caller: ApiCaller)`. A request to a route that is `@Public()`
 * or not behind `ApiGuard` is answered with 500, because nobody authenticated the caller.
 */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): ApiCaller =>
  callerOf(context.switchToHttp().getRequest<PlatformRequest>()),
);
