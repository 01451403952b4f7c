import type { ProblemError } from '@nestjs-spark/contracts';
import { isObject } from '@nestjs-spark/foundation/internal';
import { notAnObject, notJson, tooLarge } from '../routes/broken-body.ts';

/**
 * What a body parser of Express or Fastify refused, in the words that Spark's own routes have for the same body; null for every
 * other error. The parser of Express takes a number or a text for broken JSON.
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
