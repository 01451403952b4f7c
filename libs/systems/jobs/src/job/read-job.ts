import {
  type Guard,
  isListOf,
  isNullOr,
  isBoolean,
  isObject,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
} from '@nestjs-spark/foundation/internal';
import { exactArgs, parseExactly, writtenExactly } from './json.ts';
import {
  JOB_KINDS,
  SUBMITTER_KINDS,
  type Job,
  type JobOptions,
  type JobTransformation,
  type Submitter,
} from './job.ts';
import { isProgress } from './reported.ts';
import { isTerminal, JOB_STATUSES } from './status.ts';

/** More than a server stores in one message. */
const LONGEST_TEXT = 64 * 1024 ** 2;
const MOST_LABELS = 16;

/** The fields that are null where a record leaves them out. */
type Absent<T> = { readonly [Name in keyof T as null extends T[Name] ? Name : never]: null };

const ABSENT: Absent<Job> = {
  order: null,
  backend: null,
  backendReason: null,
  input: null,
  result: null,
  cause: null,
  cancel: null,
  batchId: null,
  batchSize: null,
  retryOf: null,
  startedAt: null,
  endedAt: null,
  dueAt: null,
};
const ABSENT_OPTIONS: Absent<JobOptions> = { queueTimeoutMs: null, runAt: null };
const ABSENT_OF_SUBMITTER: Absent<Submitter> = { tenant: null };

/**
 * A job from what is stored under its id, checked and bounded: whoever reaches the store may have written it.
 * @returns null when it is not a job
 */
export function readJob(text: string, jobId: string): Job | null {
  try {
    const stored: unknown = JSON.parse(text);
    if (!isObject(stored)) return null;
    const value: unknown = {
      ...ABSENT,
      ...stored,
      options: filled(stored['options'], ABSENT_OPTIONS),
      submittedBy: filled(stored['submittedBy'], ABSENT_OF_SUBMITTER),
    };
    if (!isJob(value) || value.jobId !== jobId || !isInOrder(value)) return null;
    return value.hasExactNumbers ? withExactNumbers(value, text) : value;
  } catch {
    return null;
  }
}

function filled(value: unknown, absent: object): unknown {
  return isObject(value) ? { ...absent, ...value } : value;
}

const isName = isText();
const isLong = isText(LONGEST_TEXT);
/** As `toISOString` writes it, which is seen at once, or in another way. */
const isTime: Guard<string> = (value): value is string =>
  isName(value) && (USUAL_TIME.test(value) || !Number.isNaN(Date.parse(value)));
const USUAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const isUnder =
  (folder: string): Guard<string> =>
  (value): value is string =>
    isName(value) && value.startsWith(folder);
const content = { bytes: isWhole, documents: isWhole, sha256: isName, form: isOneOf('documents', 'value') };
const isInput = isObjectOf(content, { inline: isLong, object: isUnder('in/') });
const isResult = isObjectOf(
  { ...content, failed: isWhole, cached: isBoolean, fromJobId: isNullOr(isName), expiresAt: isTime },
  { inline: isLong, object: isUnder('out/') },
);

const isProperties: Guard<object> = (value): value is object =>
  isObject(value) && Object.values(value).every(isLong);

const TRANSFORMATIONS: Readonly<Record<JobTransformation['kind'], Guard<object>>> = {
  script: isObjectOf({ collection: isName, script: isLong }),
  handler: isObjectOf({ handler: isName }),
  sql: isObjectOf({ sql: isLong }),
  'spark-app': isObjectOf({ resource: isLong }, { args: isListOf(isLong), properties: isProperties }),
};

const isKnown = isObjectOf({ kind: isOneOf(...JOB_KINDS) });
const isTransformation: Guard<object> = (value): value is object =>
  isKnown(value) && TRANSFORMATIONS[value.kind](value);

const hasFields = isObjectOf({
  jobId: isName,
  order: isNullOr(isWhole),
  name: isName,
  status: isOneOf(...JOB_STATUSES),
  transformation: isTransformation,
  backend: isNullOr(isName),
  backendRequested: isName,
  backendReason: isNullOr(isObject),
  priority: isWhole,
  labels: isListOf(isName, MOST_LABELS),
  metadata: isObject,
  submittedBy: isObjectOf({
    kind: isOneOf(...SUBMITTER_KINDS),
    subject: isName,
    tenant: isNullOr(isName),
  }),
  options: isObjectOf({
    timeoutMs: isWhole,
    queueTimeoutMs: isNullOr(isWhole),
    runAt: isNullOr(isTime),
    cache: isOneOf('use', 'refresh', 'off'),
    onDocumentFailure: isOneOf('keep', 'fail'),
    retry: isObjectOf({ attempts: isWhole, delaysSeconds: isListOf(isWhole) }),
  }),
  fingerprint: isName,
  attempt: isWhole,
  attempts: isListOf(
    isObjectOf(
      { number: isWhole, runId: isName, backend: isName, owner: isName, startedAt: isTime },
      { absentSince: isTime },
    ),
  ),
  progress: isProgress,
  input: isNullOr(isInput),
  result: isNullOr(isResult),
  cause: isNullOr(isObject),
  cancel: isNullOr(isObject),
  batchId: isNullOr(isName),
  batchSize: isNullOr(isWhole),
  retryOf: isNullOr(isName),
  external: isObject,
  transitions: isListOf(
    isObjectOf({ status: isOneOf(...JOB_STATUSES), at: isTime, by: isName }, { revision: isWhole }),
  ),
  createdAt: isTime,
  startedAt: isNullOr(isTime),
  endedAt: isNullOr(isTime),
  dueAt: isNullOr(isTime),
});

function isJob(value: unknown): value is Job {
  return hasFields(value);
}

/** Its metadata and arguments once more, with the numbers as they are written. */
function withExactNumbers(job: Job, text: string): Job {
  const { metadata, transformation } = parseExactly(text) as Job;
  const exact = { ...job, metadata: writtenExactly(metadata) };
  if (transformation.kind !== 'sql') return exact;
  return { ...exact, transformation: { ...transformation, args: exactArgs(transformation.args) } };
}

/** Only what is to be queued waits for a time, and only what has ended has an end. */
function isInOrder({ status, dueAt, endedAt }: Job): boolean {
  const mayWait = dueAt === null || status === 'Submitted' || status === 'Retrying';
  return mayWait && (endedAt !== null) === isTerminal(status);
}
