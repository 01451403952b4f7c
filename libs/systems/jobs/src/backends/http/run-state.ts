import {
  isListOf,
  isObject,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { CAUSE_CLASSES, JOB_KINDS, type CauseClass, type JobCause, type JobProgress } from '../../job/job.ts';
import { isProgress } from '../../job/reported.ts';

/** A backend's report on a run: `GET /runs/{runId}`. */
export interface HttpRunState {
  state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  progress?: JobProgress;
  /** The last lines of the run's log. */
  log?: string;
  cause?: {
    code?: string;
    message: string;
    class?: CauseClass;
    line?: number;
    column?: number;
  };
  /** For a successful run: whether the result is lines or a single value, and the number of its documents. */
  form?: 'documents' | 'value';
  documents?: number;
  failed?: number;
}

const MOST_LOG = 64 * 1024;
const LONGEST_MESSAGE = 8 * 1024;

const isState = isOneOf('running', 'succeeded', 'failed', 'cancelled');
const FIELDS = {
  progress: isProgress,
  log: isText(Infinity),
  form: isOneOf('documents', 'value'),
  documents: isWhole,
  failed: isWhole,
};
const CAUSE_FIELDS = {
  message: isText(Infinity),
  code: isText(100),
  class: isOneOf(...CAUSE_CLASSES),
  line: isWhole,
  column: isWhole,
  log: isText(Infinity),
};

/**
 * What a backend says of a run; null if it names no state. Whatever else is not as it should be counts as not said, such as the null that many
 * languages write where there is nothing: a run whose state is clear must not go on forever because of it.
 */
export function readRunState(said: unknown): HttpRunState | null {
  if (!isObject(said)) return null;
  const { state } = said;
  if (!isState(state)) return null;
  const { log, ...fields } = rightOf(said, FIELDS);
  const cause = readCause(said['cause']);
  const logs = log ?? cause?.log;
  return {
    state,
    ...fields,
    ...(logs === undefined ? {} : { log: logs.slice(-MOST_LOG) }),
    ...(cause ? { cause } : {}),
  };
}

function readCause(said: unknown): (NonNullable<HttpRunState['cause']> & { log?: string }) | null {
  if (typeof said === 'string') return { message: said.slice(0, LONGEST_MESSAGE) };
  if (!isObject(said)) return null;
  const { message, ...fields } = rightOf(said, CAUSE_FIELDS);
  return { ...fields, message: message?.slice(0, LONGEST_MESSAGE) ?? 'the cause has no message' };
}

type Guards = Readonly<Record<string, Guard<unknown>>>;
type Right<G extends Guards> = { [N in keyof G]?: G[N] extends Guard<infer T> ? T : never };

/** The fields that are as they should be. */
function rightOf<G extends Guards>(value: object, guards: G): Right<G> {
  const right = Object.entries(value).filter(
    ([name, field]) => Object.hasOwn(guards, name) && guards[name]?.(field),
  );
  return Object.fromEntries(right) as Right<G>;
}

/** A backend's report on itself: `GET /health`. Without kinds it only gets jobs that name it. */
export const isHttpHealth = isObjectOf({}, { kinds: isListOf(isOneOf(...JOB_KINDS), JOB_KINDS.length) });

/** The cause of a failed run, with its log. */
export function causeFrom({ cause, log }: HttpRunState, backend: string): JobCause {
  const given = cause ?? { message: `${backend} gave no reason` };
  return {
    class: given.class ?? 'user',
    code: given.code ?? 'failed',
    message: given.message,
    ...(given.line === undefined ? {} : { line: given.line }),
    ...(given.column === undefined ? {} : { column: given.column }),
    ...(log ? { log } : {}),
  };
}
