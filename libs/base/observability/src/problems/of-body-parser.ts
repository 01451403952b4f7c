import type { ProblemError } from '@nestjs-spark/contracts';
import { isObject } from '@nestjs-spark/foundation/internal';
import { emptyBody, invalidFields, notAnObject, notJson, tooLarge } from '../routes/broken-body.ts';
import { nodeRequest, type PlatformRequest } from '../routes/platform.ts';
import { unkeptParts } from '../routes/unkept-parts.ts';

/** What Fastify reports about the route of a request. */
type RoutedRequest = PlatformRequest & { routeOptions?: { bodyLimit?: unknown } };

/**
 * The problem of a body that Express's or Fastify's parser refused, worded as on Spark's own routes; null for every other error.
 * Express's parser reports a number or a string as broken JSON, Fastify's a field with a special name.
 */
export function ofBodyParser(error: unknown, request: PlatformRequest): ProblemError | null {
  if (!isObject(error)) return null;
  const { type, code, body, limit } = error;
  if (type === 'entity.too.large' && typeof limit === 'number') return tooLarge(limit);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(limitOf(request));
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return emptyBody();
  if (type !== 'entity.parse.failed' && code !== 'FST_ERR_CTP_INVALID_JSON_BODY') return null;
  return typeof body === 'string' ? judge(body) : notJson();
}

/** Null where the application's own parser sets the limit, which Fastify does not report. */
function limitOf(request: RoutedRequest): number | null {
  const limit = request.routeOptions?.bodyLimit;
  if (typeof limit !== 'number') return null;
  const announced = nodeRequest(request).headers['content-length'];
  return announced === undefined || Number(announced) > limit ? limit : null;
}

function judge(body: string): ProblemError {
  if (body.trim() === '') return emptyBody();
  try {
    const special = unkeptParts(JSON.parse(body));
    return special.length > 0 ? invalidFields(special) : notAnObject();
  } catch (error) {
    return notJson(error);
  }
}
