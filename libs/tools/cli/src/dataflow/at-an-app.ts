import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { tokenFault, withoutPointing, type Guard } from '@nestjs-spark/foundation/internal';
import { DefinitionRefusedError, operatorTokenFile, readDefinition } from '@nestjs-spark/pipelines/embedded';
import { operatorTokenIn, urlIn } from '../ask/way.ts';
import { CliError, failureJson, type FailurePlace } from '../cli-error.ts';
import { whyUnreadable } from '../why-unreadable.ts';
import { describeLetters, describePipeline, describePipelines } from './describe-pipelines.ts';
import {
  FAILED,
  oneOfFault,
  print,
  REFUSED,
  refuseDefinition,
  say,
  tell,
  UNREACHABLE,
  type ExitCode,
} from './exit-codes.ts';
import {
  areLetters,
  arePipelines,
  bodyOf,
  expected,
  isNothing,
  isPipeline,
  NotAnAppError,
  refusalIn,
} from './read-answer.ts';

const MOVES = ['start', 'stop', 'pause', 'resume'] as const;
const AT_AN_APP: ReadonlySet<string> = new Set([
  'plan',
  'apply',
  'list',
  'get',
  'delete',
  'letters',
  ...MOVES,
]);
const RESETS = ['keep', 'beginning'];
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

export interface AppOptions {
  url?: string | undefined;
  json?: boolean | undefined;
  reset?: string | undefined;
  force?: boolean | undefined;
}

/** The app does not answer. */
class UnreachableError extends Error {}

interface Answer {
  status: number;
  body: unknown;
}

/** Whether a command is for an app that runs. */
export const isAtAnApp = (command: string): boolean => AT_AN_APP.has(command);

/** Carries out a command at an app, and answers the exit code. */
export async function atAnApp(
  command: string,
  subject: string | undefined,
  options: AppOptions,
): Promise<ExitCode> {
  if (command !== 'list' && !subject) {
    const [what, word] = /^(?:plan|apply)$/.test(command) ? ['a file', 'FILE'] : ['a pipeline', 'ID'];
    throw new CliError(`Name ${what}: npx @nestjs-spark/cli dataflow ${command} ${word}`, 2);
  }
  urlIn(options.url);
  // A URL takes these for folders: `delete ..` would be a request to another address.
  if (subject === '.' || subject === '..') return fail(REFUSED, `"${subject}" is not a pipeline`, options);
  try {
    return await perform(command, subject ?? '', options);
  } catch (error) {
    if (error instanceof DefinitionRefusedError) return failDefinition(subject ?? '', error, options);
    const at = addressOf(options);
    if (error instanceof NotAnAppError)
      return fail(FAILED, `${at} does not answer as an app with pipelines: ${error.message}`, options);
    if (!(error instanceof UnreachableError)) throw error;
    return fail(
      UNREACHABLE,
      `${at} cannot be reached: start the app, or name another one with --url`,
      options,
    );
  }
}

/** Prints why a command failed: in words, or as JSON if that was asked for. */
function fail(
  code: ExitCode,
  message: string,
  { json }: AppOptions,
  errors: readonly FailurePlace[] = [],
): ExitCode {
  if (json) {
    print(failureJson(message, errors));
    return code;
  }
  tell(message);
  for (const { pointer, detail, line, column } of errors)
    tell(`  ${line === undefined ? '' : `${line}:${column} `}${pointer}: ${detail}`);
  return code;
}

function failDefinition(file: string, error: DefinitionRefusedError, options: AppOptions): ExitCode {
  if (!options.json) return refuseDefinition(file, error);
  const errors = error.refusals.map(({ pointer, line, column, message: detail }) => ({
    pointer,
    detail,
    line,
    column,
  }));
  return fail(REFUSED, `${file} is refused`, options, errors);
}

async function perform(command: string, subject: string, options: AppOptions): Promise<ExitCode> {
  if (command === 'plan') return plan(subject, options);
  if (command === 'apply') return apply(subject, options);
  const move = MOVES.find((one) => one === command);
  const id = encodeURIComponent(subject);
  if (move) return told(await ask('POST', `/${id}/${move}`, options), options, isPipeline, describePipeline);
  if (command === 'delete') {
    const answer = await ask('DELETE', `/${id}${options.force ? '?force' : ''}`, options);
    return told(answer, options, isNothing, () => `deleted  ${subject}`);
  }
  if (command === 'letters')
    return told(await ask('GET', `/${id}/dead-letters`, options), options, areLetters, describeLetters);
  if (command === 'get')
    return told(await ask('GET', `/${id}`, options), options, isPipeline, describePipeline);
  return told(await ask('GET', '', options), options, arePipelines, describePipelines);
}

async function plan(file: string, options: AppOptions): Promise<ExitCode> {
  const { text, refusal } = await textOf(file);
  if (refusal !== null) return fail(REFUSED, refusal, options);
  const definition = readDefinition(text);
  const { pipelineId } = definition;
  const { status, body } = await ask('GET', `/${pipelineId}`, options);
  if (status >= 300 && status !== 404) return refused({ status, body }, options);
  if (status === 404) refusalIn(status, body);
  const there = status === 404 ? null : expected(status, body, isPipeline).definition;
  const planned = planOf(pipelineId, there, definition);
  return say(options.json ? JSON.stringify(planned) : describePlan(planned));
}

/** What `apply` would do. */
interface Plan {
  pipelineId: string;
  action: 'create' | 'none' | 'change';
  /** The fields of the definition that differ. */
  changed: string[];
  /** Whether the position may not fit any more, so that `--reset` is needed if the pipeline has run. */
  mayNeedReset: boolean;
}

function planOf(pipelineId: string, before: object | null | undefined, after: object): Plan {
  if (before === null) return { pipelineId, action: 'create', changed: [], mayNeedReset: false };
  const old: Record<string, unknown> = { ...before };
  const wanted: Record<string, unknown> = { ...after };
  const fields = Object.keys({ ...old, ...wanted });
  const changed = fields.filter((field) => !isDeepStrictEqual(old[field], wanted[field]));
  const mayNeedReset = changed.includes('source') || changed.includes('sink');
  return { pipelineId, action: changed.length > 0 ? 'change' : 'none', changed, mayNeedReset };
}

function describePlan({ pipelineId, action, changed, mayNeedReset }: Plan): string {
  if (action === 'create') return `+ ${pipelineId} would be created`;
  if (action === 'none') return `= ${pipelineId} would stay as it is`;
  const reset = '\n  its position may not fit: --reset keep or --reset beginning is needed if it has run';
  return `~ ${pipelineId} would be changed: ${changed.join(', ')}${mayNeedReset ? reset : ''}`;
}

async function apply(file: string, options: AppOptions): Promise<ExitCode> {
  const { text, refusal } = await textOf(file);
  if (refusal !== null) return fail(REFUSED, refusal, options);
  const { pipelineId } = readDefinition(text);
  const fault = oneOfFault('reset', options.reset, RESETS);
  if (fault !== null) return fail(REFUSED, fault, options);
  const query = options.reset ? `?reset=${encodeURIComponent(options.reset)}` : '';
  const before = await ask('GET', `/${pipelineId}`, options);
  const after = await ask('PUT', `/${pipelineId}${query}`, options, text);
  return told(after, options, isPipeline, (pipeline) => {
    const isSame = isPipeline(before.body) && before.body.version === pipeline.version;
    return `${after.status === 201 ? 'created' : isSame ? 'unchanged' : 'changed'}  ${describePipeline(pipeline)}`;
  });
}

async function textOf(file: string): Promise<{ text: string; refusal: string | null }> {
  return readFile(file, 'utf8').then(
    (text) => ({ text, refusal: null }),
    (error: unknown) => ({ text: '', refusal: whyUnreadable(file, error) }),
  );
}

const addressOf = ({ url = 'http://127.0.0.1:5005' }: AppOptions): string => url.replace(/\/$/, '');

async function ask(method: string, path: string, options: AppOptions, text?: string): Promise<Answer> {
  const token = operatorTokenIn(process.env) ?? (await localToken());
  const sent = fetch(`${addressOf(options)}/api/pipelines${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(text !== undefined && { 'content-type': 'application/yaml' }),
    },
    ...(text !== undefined && { body: text }),
  });
  const response = await sent.catch((cause: unknown) => {
    throw new UnreachableError(undefined, { cause });
  });
  const body = await response.text().catch((cause: unknown) => {
    throw new UnreachableError(undefined, { cause });
  });
  return { status: response.status, body: bodyOf(response.status, body) };
}

/** The token that an app on this machine has made for its operator. @throws {CliError} if it cannot be sent */
async function localToken(): Promise<string> {
  const file = operatorTokenFile();
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  const fault = token === '' ? null : tokenFault(`The operator token in ${file}`, token);
  if (fault !== null) throw new CliError(fault);
  return token;
}

function told<T>(
  answer: Answer,
  options: AppOptions,
  isAnswer: Guard<T>,
  text: (body: T) => string,
): ExitCode {
  if (answer.status >= 300) return refused(answer, options);
  const body = expected(answer.status, answer.body, isAnswer);
  return say(options.json ? JSON.stringify(body) : text(body));
}

function refused({ status, body }: Answer, options: AppOptions): ExitCode {
  const { title = String(status), detail = '', errors = [] } = refusalIn(status, body);
  const said = errors.length > 0 ? withoutPointing(detail) : detail;
  return fail(REFUSALS.has(status) ? REFUSED : FAILED, said || title, options, errors);
}
