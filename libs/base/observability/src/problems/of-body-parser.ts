import type { ProblemError } from '@nestjs-spark/contracts';
import { isObject } from '@nestjs-spark/foundation/internal';
import { notAnObject, notJson, tooLarge } from '../routes/broken-body.ts';

/**
 * The problem of a body that Express's or Fastify's parser refused, worded as on Spark's own routes; null for every other error.
 * Express's parser reports a number or a string as broken JSON.
 */
export function ofBodyParser(error: unknown): ProblemError | null {
  if (!isObject(error)) return null;
  const { type, code, body, limit } = error;
  if (type === 'entity.too.large' && typeof limit === 'number') return tooLarge(limit);
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return notJson();
  if (type !== 'entity.parse.failed') return null;
  return typeof body === 'string' ? judge(body) : notJson();
}

function judge(body: string): ProblemError {
  try {
    JSON.parse(body);
    return notAnObject();
  } catch (error) {
    return notJson(error);
  }
}
