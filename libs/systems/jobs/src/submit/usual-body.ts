import { isListOf, isObject, isOneOf, isText, type Guard } from '@nestjs-spark/foundation/internal';
import { JOB_KINDS } from '../job/job.ts';
import { LABEL } from '../settings/schema.ts';
import { RetryBody, SubmissionBody, TransformationBody } from './submission.ts';

/**
 * A submission in which every option is right beyond doubt, as nearly all are. Null for any other, also for one that the rules of
 * `SubmissionBody` would let pass: they decide then, and say what is wrong.
 */
export function usualBody(options: Record<string, unknown>): SubmissionBody | null {
  if (!isSubmission(options)) return null;
  const body = Object.assign(new SubmissionBody(), options);
  body.transformation = Object.assign(new TransformationBody(), body.transformation);
  if (body.retry) body.retry = Object.assign(new RetryBody(), body.retry);
  return body;
}

/** These fields, those that may be left out, no others, and each of them right. */
function isMadeOf(needed: Fields, others: Fields = {}) {
  const names = Object.keys(needed);
  const known = { ...others, ...needed };
  return (value: unknown): value is object =>
    isObject(value) &&
    names.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => Object.hasOwn(known, name) && known[name]?.(member));
}

type Fields = Readonly<Record<string, Guard<unknown>>>;

const isWholeFrom =
  (least: number, most: number): Guard<number> =>
  (value): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isMatchOf =
  (pattern: RegExp): Guard<string> =>
  (value): value is string =>
    typeof value === 'string' && pattern.test(value);

const isLong = isText(Infinity);
/** Without what only changes the character before it, of which a length may be counted in several ways. */
const isName = isMatchOf(/^[\p{L}\p{N}\p{P}\p{S} ]{1,256}$/u);
const isTimeout = isWholeFrom(1, 7 * 86_400_000);
/** Without anything in it that could be nested or have a name that JavaScript knows. */
const isFlat: Guard<object> = (value): value is object =>
  isObject(value) &&
  Object.entries(value).every(
    ([name, member]) => /^[a-zA-Z]\w{0,63}$/.test(name) && !isKnownName(name) && !isNested(member),
  );

/** Whether every object has a member with this name, such as `toString`: the rules omit those. */
function isKnownName(name: string): boolean {
  return name === 'prototype' || name in Object.prototype;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

const isTransformation = isMadeOf(
  { kind: isOneOf(...JOB_KINDS) },
  { collection: isName, script: isLong, handler: isName, sql: isLong, resource: isLong },
);

const isRetry = isMadeOf(
  {},
  { attempts: isWholeFrom(1, 10), delaysSeconds: isListOf(isWholeFrom(0, 86_400), 10) },
);

const isSubmission = isMadeOf(
  { name: isName, transformation: isTransformation },
  {
    backend: isText(64),
    priority: isWholeFrom(0, 9),
    labels: isListOf(isMatchOf(LABEL), 16),
    metadata: isFlat,
    idempotencyKey: isName,
    timeoutMs: isTimeout,
    queueTimeoutMs: isTimeout,
    retry: isRetry,
    cache: isOneOf('use', 'refresh', 'off'),
    onDocumentFailure: isOneOf('keep', 'fail'),
  },
);
