import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '@nestjs-spark/observability';
import type { ApiCaller, Role } from '../recognize/api-caller.ts';
import { callerOf } from './callers.ts';

/** @internal */
export const PUBLIC = 'spark:api:public';
/** @internal */
export const MINIMUM_ROLE = 'spark:api:role';

/**
 * Admits everyone to a route, or to all routes of a controller, without a credential. A route's `@MinimumRole()` takes precedence
 * over `@Public()` on its controller, and over `@Public()` on the route itself.
 */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

/**
 * The minimum role for a route, or for each route of a controller. Default: `viewer` for GET and HEAD, `editor` for all others. A
 * route's decorator takes precedence over its controller's: a route in a `@Public()` controller may require a role.
 */
export const MinimumRole = (role: Role): ClassDecorator & MethodDecorator => SetMetadata(MINIMUM_ROLE, role);

/**
 * The caller of a route, as a parameter: `list(@CurrentCaller() caller: ApiCaller)`. A request to a route that is `@Public()` or
 * not behind `ApiGuard` is answered with 500, because its caller was never determined.
 */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): ApiCaller =>
  callerOf(context.switchToHttp().getRequest<PlatformRequest>()),
);
