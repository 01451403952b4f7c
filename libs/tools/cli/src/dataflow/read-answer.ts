import { isNullOr, isObject, isObjectOf, isWhole, type Guard } from '@nestjs-spark/foundation/internal';
import type { PipelineView } from '@nestjs-spark/pipelines/embedded';
import { isHandled } from '../ask/is-handled.ts';
import { many, shows, text } from '../ask/shown.ts';
import type { FailurePlace } from '../cli-error.ts';

/** Something other than an app answers there. */
export class NotAnAppError extends Error {}

/** A dead letter, as far as it is shown. */
export interface LetterView {
  letterId: string;
  partition: string;
  offset: number;
  step: string;
  reason: string;
  meta?: Record<string, unknown>;
}

/** Why the app refuses. */
export interface Refusal {
  title?: string;
  detail?: string;
  errors?: FailurePlace[];
}

/** A pipeline, as far as it is shown. */
export const isPipeline = shows<PipelineView>(
  isObjectOf({
    pipelineId: text,
    version: isWhole,
    state: text,
    reason: isNullOr(text),
    run: isObjectOf({ phase: text }),
    progress: isObjectOf({
      read: isWhole,
      written: isWhole,
      deadLettered: isWhole,
      lag: isNullOr(isWhole),
    }),
  }),
);
export const arePipelines = many(isPipeline);
export const areLetters: Guard<LetterView[]> = many(
  isObjectOf(
    { letterId: text, partition: text, offset: isWhole, step: text, reason: text },
    { meta: isObject },
  ),
);
/** The answer to a delete. */
export const isNothing: Guard<null> = (value): value is null => value === null;

/** The body of an answer, whatever its form. @throws {NotAnAppError} unless it is JSON, or empty with 204 */
export function bodyOf(status: number, body: string): unknown {
  if (body === '' && status === 204) return null;
  try {
    return JSON.parse(body);
  } catch {
    throw new NotAnAppError(`it answers ${status} without JSON`);
  }
}

/** @throws {NotAnAppError} unless it is what the app answers to such a request */
export function expected<T>(status: number, body: unknown, isAnswer: Guard<T>): T {
  if (isAnswer(body)) return body;
  throw new NotAnAppError(`it answers ${status} with something else`);
}

/**
 * The app's reason for a refusal. A 404 counts only if it comes from a route of Spark's: every other application answers so as well.
 * @throws {NotAnAppError} for any other answer
 */
export function refusalIn(status: number, body: unknown): Refusal {
  const { title, detail, message, errors = [] } = isObject(body) ? body : {};
  const hasReason = (text(title) || text(detail)) && Array.isArray(errors) && errors.every(isObject);
  if (hasReason && (status !== 404 || isHandled(body as object))) return body as Refusal;
  const said = [detail, message].find(text);
  throw new NotAnAppError(`it answers ${status}${said === undefined ? ' without a reason' : ` (${said})`}`);
}
