import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { nodeRequest, type PlatformRequest } from './platform.ts';
import { queryOf, refuseUnknown } from './read-query.ts';

const TAKES = 'spark:query';

/**
 * Names the parameters of a route whose handler reads them from the whole query: `@TakesQuery('skip', 'take')` together with
 * `@Query()`.
 */
export const TakesQuery = (...names: string[]): MethodDecorator => SetMetadata(TAKES, names);

/**
 * A guard that refuses parameters which a route does not know (400). It knows those that its handler names, as `@Query('take')`
 * or with `@TakesQuery()`. It goes behind the guard that authenticates, so that an unknown caller learns nothing but 401.
 */
@Injectable()
export class KnownQuery implements CanActivate {
  canActivate(context: ExecutionContext): true {
    if (context.getType() !== 'http') return true;
    const request = nodeRequest(context.switchToHttp().getRequest<PlatformRequest>());
    const query = queryOf(request.url ?? '/');
    const known = query.size > 0 ? knownBy(context) : null;
    if (known) refuseUnknown(query, known);
    return true;
  }
}

type Handler = Pick<ExecutionContext, 'getClass' | 'getHandler'>;
type Arguments = Readonly<Record<string, { index: number; data?: unknown }>>;

/** Null when a class describes the whole query: the validation pipe refuses what it has no field for. */
function knownBy(route: Handler): string[] | null {
  const handler = route.getHandler();
  const taken = Reflect.getMetadata(TAKES, handler) as string[] | undefined;
  if (taken) return taken;
  const given = (Reflect.getMetadata(ROUTE_ARGS_METADATA, route.getClass(), handler.name) ?? {}) as Arguments;
  const names = Object.entries(given)
    .filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`))
    .map(([, argument]) => argument)
    .toSorted((one, other) => one.index - other.index)
    .map(({ data }) => data);
  return names.every((name) => typeof name === 'string') ? names : null;
}
