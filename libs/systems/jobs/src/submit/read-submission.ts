import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { isListOf, isObject, isText, pointerStep } from '@nestjs-spark/foundation/internal';
import { readBody } from '@nestjs-spark/modules/internal';
import { invalidFields, objectIn, readJson, unknownFields } from '@nestjs-spark/observability/internal';
import type { JobTransformation } from '../job/job.ts';
import { exactArgs, isReadObject, lossyNumberIn, parseExactly, writtenExactly } from '../job/json.ts';
import { SubmissionBody, type TransformationBody } from './submission.ts';
import { usualBody } from './usual-body.ts';

/** An input as it came: its text, or where it lies. */
export type InputText =
  | { form: 'documents'; documents: number; text: string }
  | { form: 'value'; documents: 1; text: string }
  | { form: 'object'; object: string }
  | { form: 'url'; url: string; format: (typeof FORMATS)[number] };

/** A submission that can be understood. Whether it can be executed is another question. */
export interface ReadSubmission {
  body: SubmissionBody;
  transformation: JobTransformation;
  input: InputText | null;
  /** How many characters the text had that it came in. */
  written: number;
}

/**
 * Reads a submission. The numbers of its input, metadata and arguments stay as they are written.
 * @param idempotencyKey of the header: follows the rule of the field, and has to equal it where both are given
 * @throws {ProblemError} `invalid` (400) with every wrong field by its JSON pointer
 */
export async function readSubmission(text: string, idempotencyKey?: string): Promise<ReadSubmission> {
  const body = readBodyObject(text);
  if (idempotencyKey === undefined) return readOne(body, text.length);
  const { idempotencyKey: ofBody } = body;
  if (ofBody != null && ofBody !== idempotencyKey)
    throw wrong('/idempotencyKey', 'has to equal the header Idempotency-Key');
  return readOne({ ...body, idempotencyKey }, text.length);
}

/**
 * Reads a batch.
 * @throws {ProblemError} `invalid` (400) with every wrong field of every job by its JSON pointer
 */
export async function readBatch(text: string): Promise<{ batchId: string | null; jobs: ReadSubmission[] }> {
  const { batchId = null, jobs, ...others } = readBodyObject(text);
  const errors = unknownFields(others, ['batchId', 'jobs']);
  if (batchId !== null && (typeof batchId !== 'string' || !BATCH_ID.test(batchId)))
    errors.push({ pointer: '/batchId', detail: 'has to be letters, digits, - and _, at most 64' });
  if (!Array.isArray(jobs) || jobs.length < 1 || jobs.length > MOST_IN_BATCH)
    errors.push({ pointer: '/jobs', detail: `has to be a list of 1 to ${MOST_IN_BATCH} jobs` });
  if (errors.length > 0) throw invalidFields(errors);
  const read = await Promise.allSettled(
    (jobs as unknown[]).map((job, index) => {
      const base = `/jobs/${index}`;
      return readOne(objectOf(job, `Job ${index}`, base), text.length, base);
    }),
  );
  const failures = read.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  for (const failure of failures) {
    if (!(failure instanceof ProblemError)) throw failure;
    errors.push(...(failure.errors ?? [{ pointer: '/jobs', detail: failure.message }]));
  }
  if (errors.length > 0) throw invalidFields(errors);
  const submissions = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { batchId: batchId as string | null, jobs: submissions };
}

/** The most jobs of one batch. */
export const MOST_IN_BATCH = 500;

const BATCH_ID = /^[\w-]{1,64}$/;

function readBodyObject(text: string): Record<string, unknown> {
  const value = readJson(text, parseExactly);
  return objectIn(isReadObject(value) ? value : null);
}

async function readOne(value: Record<string, unknown>, written: number, base = ''): Promise<ReadSubmission> {
  const { input, ...options } = value;
  try {
    if (base !== '' && options['idempotencyKey'] != null)
      throw wrong('/idempotencyKey', 'is not possible in a batch: the same batchId returns the same jobs');
    refuseInexact(options['transformation']);
    const body = usualBody(options) ?? asWritten(await bodyByRules(options), options);
    if (body.runAt !== undefined && Number.isNaN(Date.parse(body.runAt)))
      throw wrong('/runAt', 'has to be a date and time such as 2026-11-30T08:00:00Z');
    return { body, transformation: transformationOf(body.transformation), input: inputOf(input), written };
  } catch (error) {
    if (base === '' || !(error instanceof ProblemError)) throw error;
    const fields = error.errors ?? [{ pointer: '', detail: error.message }];
    throw invalidFields(fields.map((field) => ({ ...field, pointer: base + field.pointer })));
  }
}

/** The rules see metadata and arguments as JavaScript does, and without names that every object has. */
function asWritten(body: SubmissionBody, options: Record<string, unknown>): SubmissionBody {
  const { metadata, transformation } = options;
  if (body.metadata !== undefined && isObject(metadata)) body.metadata = writtenExactly(metadata);
  if (body.transformation.args !== undefined && isObject(transformation))
    body.transformation.args = exactArgs(transformation['args']);
  return body;
}

/**
 * An argument of a statement becomes a BIGINT or a DOUBLE. Between 2^53 and 2^63 several whole numbers become the same one, so the statement would find
 * other rows than it was asked for.
 */
function refuseInexact(transformation: unknown): void {
  const args = isObject(transformation) && transformation['kind'] === 'sql' ? transformation['args'] : null;
  if (!isObject(args)) return;
  const errors = Object.entries(args)
    .filter(([, value]) => isInexact(JSON.stringify(value)))
    .map(([name]) => ({
      pointer: `/transformation/args/${pointerStep(name)}`,
      detail:
        'a whole number of more than 53 bits, or a number that a DOUBLE cannot hold, has to be a string, which the statement converts: CAST(:name AS BIGINT)',
    }));
  if (errors.length > 0) throw invalidFields(errors);
}

/** A list or an object becomes a JSON text, in which numbers stay as they are written. */
function isInexact(text: string | undefined): boolean {
  if (text === undefined || !/^-?\d/.test(text)) return false;
  const isBetween = /^-?\d{16,19}$/.test(text) && !Number.isSafeInteger(Number(text));
  return isBetween || lossyNumberIn(text) !== null;
}

/** Says what is wrong, which costs more than all else that a small job needs. */
function bodyByRules(options: Record<string, unknown>): Promise<SubmissionBody> {
  // Metadata and arguments may have numbers that JavaScript cannot hold: they are kept as they are written.
  return readBody(SubmissionBody, Buffer.from(JSON.stringify(withoutNulls(options))), JSON.parse);
}

/** An option that is null counts as left out, as it does for the rules of its field. */
function withoutNulls(options: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [
      name,
      name === 'transformation' && isObject(value) ? withoutNulls(value) : value,
    ]),
  );
}

/** The documents of an input, or its value, checked to be what they say. */
function inputOf(input: unknown): InputText | null {
  if (input === undefined || input === null) return null;
  const fields = objectOf(input, 'The input', '/input');
  if ('url' in fields) return addressOf(fields);
  const [form, ...more] = Object.keys(fields);
  if (more.length > 0 || form === undefined) throw wrong('/input', ONE_FORM);
  const content = fields[form];
  if (form === 'value') return { form, documents: 1, text: JSON.stringify(content) };
  if (form === 'object') {
    if (typeof content !== 'string' || !/^in\/[\w.-]{1,80}$/.test(content))
      throw wrong('/input/object', 'has to be the object that POST /api/jobs/input returned');
    return { form, object: content };
  }
  if (form !== 'documents') throw wrong('/input', ONE_FORM);
  if (!Array.isArray(content)) throw wrong('/input/documents', 'has to be a list of { id, document }');
  const errors: ProblemField[] = [];
  const lines = content.map((line: unknown, index) => {
    const fault = faultOfLine(line);
    if (fault !== null && errors.length < 100)
      errors.push({ pointer: `/input/documents/${index}`, detail: fault });
    return JSON.stringify(line);
  });
  if (errors.length > 0) throw invalidFields(errors);
  return { form, documents: lines.length, text: lines.join('\n') };
}

/** Documents that are fetched when the job is submitted. */
function addressOf({ url, format = 'ndjson', ...others }: Record<string, unknown>): InputText {
  if (Object.keys(others).length > 0) throw wrong('/input', ONE_FORM);
  if (typeof url !== 'string' || url.length > LONGEST_URL || !URL.canParse(url))
    throw wrong('/input/url', 'has to be an address');
  const known = FORMATS.find((one) => one === format);
  if (!known)
    throw wrong(
      '/input/format',
      `has to be ${FORMATS.join(' or ')}; other formats can be read by a job of the kind sql`,
    );
  return { form: 'url', url, format: known };
}

/** What is wrong with a document of an input; null when it can be used. */
export function faultOfLine(line: unknown): string | null {
  if (!isReadObject(line)) return 'has to be an object { "id": …, "document": { … } }';
  const { id, document, ...others } = line;
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > 512)
    return 'its id has to be a string of 1 to 512 bytes';
  if (!isReadObject(document)) return 'its document has to be a JSON object';
  const [unknown] = Object.keys(others);
  return unknown === undefined
    ? null
    : `has a field ${JSON.stringify(unknown.slice(0, 80))} that is not known`;
}

function transformationOf(body: TransformationBody): JobTransformation {
  const need = (name: 'collection' | 'script' | 'handler' | 'sql' | 'resource'): string => {
    const value = body[name];
    if (value !== undefined) return value;
    throw wrong(`/transformation/${name}`, `is required for the kind ${body.kind}`);
  };
  if (body.kind === 'script')
    return { kind: 'script', collection: need('collection'), script: need('script') };
  if (body.kind === 'handler') return { kind: 'handler', handler: need('handler') };
  const { args, properties } = body;
  if (body.kind === 'sql') {
    if (args !== undefined && !isObject(args))
      throw wrong('/transformation/args', 'has to be an object with the named parameters for the kind sql');
    return { kind: 'sql', sql: need('sql'), args };
  }
  if (args !== undefined && !isListOf(isText())(args))
    throw wrong('/transformation/args', 'has to be a list of strings for the kind spark-app');
  if (properties !== undefined && !Object.values(properties).every(isText()))
    throw wrong('/transformation/properties', 'has to have strings as its values');
  return {
    kind: 'spark-app',
    resource: need('resource'),
    ...(args === undefined ? {} : { args }),
    ...(properties === undefined ? {} : { properties }),
  };
}

const FORMATS = ['ndjson', 'csv'] as const;
const ONE_FORM = 'has to have exactly one of documents, value, object and url';
const LONGEST_URL = 2_048;

function objectOf(value: unknown, what: string, pointer: string): Record<string, unknown> {
  if (isReadObject(value)) return value;
  throw new ProblemError('invalid', `${what} has to be a JSON object.`, {
    errors: [{ pointer, detail: 'has to be a JSON object' }],
  });
}

function wrong(pointer: string, detail: string): ProblemError {
  return invalidFields([{ pointer, detail }]);
}
