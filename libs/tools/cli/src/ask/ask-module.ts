import type { Problem, ProblemField } from '@nestjs-spark/contracts';
import { isObject, sameName, withoutPointing, type Guard } from '@nestjs-spark/foundation/internal';
import {
  KeyFileError,
  ModuleIdentity,
  parseAnswer,
  readBounded,
  readKeyFiles,
  sendSigned,
  whyNoAnswer,
} from '@nestjs-spark/replication/internal';
import { CliError } from '../cli-error.ts';
import { SILENT } from '../silent.ts';
import { findUrl } from './find-url.ts';
import { isHandled } from './is-handled.ts';
import { missingKey } from './missing-key.ts';
import type { Way } from './way.ts';

export interface Question {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string | number | null>;
  body?: object;
}

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Asks a module over HTTP, as operator or in another module's name.
 * @param isAnswer whether an answer has what the command needs, so that another server's is not shown as if it were the module's
 * @throws {CliError} with the reason and the remedy
 */
export async function askModule<T>(way: Way, question: Question, isAnswer: Guard<T>): Promise<T> {
  const base = (way.url ?? (await findUrl(way.module, process.env))).replace(/(?<!\/)\/+$/, '');
  const url = new URL(`${base}${question.path}`);
  for (const [key, value] of Object.entries(question.query ?? {}))
    if (value !== null) url.searchParams.set(key, String(value));
  await requireModule(way, base);
  const body = question.body === undefined ? undefined : JSON.stringify(question.body);
  const token = await tokenFor(way, question.method, url.pathname, body);
  const { ok, status, answer } = await send(way, { url, method: question.method, token, body });
  if (!ok) throw new CliError(explain(way, status, answer));
  if (isAnswer(answer)) return answer;
  throw new CliError(
    `${base} answers ${status}, but not as ${way.module} does: another application is there, or another version. --url says where it is.`,
  );
}

type Request = Omit<Parameters<typeof sendSigned>[0], 'signal'>;

async function send(way: Way, request: Request): Promise<{ ok: boolean; status: number; answer: unknown }> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await sendSigned({ ...request, signal }).catch((error: unknown) => {
    throw unreachable(way.module, request.url, error);
  });
  const { status } = response;
  const text = await readBounded(response, ANSWER_BYTES).catch((error: unknown) => {
    throw brokenOff(way.module, request, error);
  });
  const answer = parseAnswer(text);
  return { ok: status >= 200 && status < 300, status, answer };
}

/** Addresses that were asked who is there, with the module that was expected. */
const known = new Set<string>();

/**
 * The operator token may be the same everywhere, so an address that is another module's would answer, and be changed, in the
 * wrong name. A module's own token names whom it is for. An earlier version does not say who it is.
 */
async function requireModule(way: Way, base: string): Promise<void> {
  const { credential, module } = way;
  if (credential.kind !== 'operator' || known.has(`${base} ${module}`)) return;
  const url = new URL(`${base}/spark/self-check`);
  const { ok, answer } = await send(way, { url, method: 'GET', token: credential.token, body: undefined });
  const { module: found } = (ok && typeof answer === 'object' ? (answer ?? {}) : {}) as { module?: unknown };
  if (typeof found === 'string' && !sameName(found, module)) {
    throw new CliError(
      `${found.slice(0, 64)} answers at ${base}, not ${module}. Nothing was done: name it with --module, or give the address of ${module} with --url.`,
    );
  }
  known.add(`${base} ${module}`);
}

async function tokenFor(
  { credential, module }: Way,
  method: string,
  path: string,
  body: string | undefined,
): Promise<string> {
  if (credential.kind === 'operator') return credential.token;
  const { name, keysDir } = credential;
  try {
    const { paths, current } = await readKeyFiles({ directory: keysDir, module: name, log: SILENT });
    if (!current) throw new CliError(await missingKey(paths.current));
    const options = { directory: keysDir, module: name, production: true, log: SILENT };
    const identity = await ModuleIdentity.open(options);
    return await identity.sign({ audience: module, method, path, body });
  } catch (error) {
    if (error instanceof KeyFileError) {
      throw new CliError(`${error.message}\nGive the folder with the key of ${name} with --keys-dir.`);
    }
    throw error;
  }
}

function unreachable(module: string, url: URL, error: unknown): CliError {
  const { timedOut, code } = whyNoAnswer(error);
  const why = timedOut ? 'it does not answer in time' : (code ?? 'no connection');
  return new CliError(
    `${module} cannot be reached at ${url.origin} (${why}). Check that it runs, or give its address with --url.`,
  );
}

/** What was asked for may have been done. */
function brokenOff(module: string, { url, method }: Request, error: unknown): CliError {
  const { timedOut, code } = whyNoAnswer(error);
  const why = timedOut ? 'it takes too long' : (code ?? 'the connection was lost');
  const remedy =
    method === 'GET' ? 'Try again.' : 'What was asked for may have been done: check before you try again.';
  return new CliError(`The answer of ${module} at ${url.origin} broke off (${why}). ${remedy}`);
}

/** What an unsuccessful answer means for the user of the command. */
export function explain(way: Way, status: number, answer: unknown): string {
  const problem = problemIn(answer);
  const wrongToken = whyNotKnown(way, status, problem);
  if (wrongToken !== null) return wrongToken;
  const said = problem.errors.length > 0 ? withoutPointing(problem.detail ?? '') : problem.detail;
  const detail = said || problem.title || `it answers ${status}`;
  const fields = problem.errors.map(({ pointer, detail: what, line, column }) => {
    const place = line === undefined ? pointer : `line ${line}, column ${column ?? 1}`;
    return `  ${place}: ${what}`;
  });
  return [`${way.module}: ${detail}`, ...fields, ...hint(way, status, problem)].join('\n');
}

type Reason = Partial<Pick<Problem, 'type' | 'title' | 'detail'>> & { errors: ProblemField[] };

/** Another application may use the same names for something else. */
function problemIn(answer: unknown): Reason {
  const { type, title, detail, errors } = isObject(answer) ? answer : {};
  return {
    ...(typeof type === 'string' && { type }),
    ...(typeof title === 'string' && { title }),
    ...(typeof detail === 'string' && { detail }),
    errors: Array.isArray(errors) ? errors.filter(isField) : [],
  };
}

function isField(value: unknown): value is ProblemField {
  return isObject(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string';
}

/** A 401 says the same for every cause, to tell strangers nothing; null for one that says more, or for no 401. */
function whyNotKnown({ credential, module }: Way, status: number, { type }: Reason): string | null {
  if (status !== 401 || (type ?? UNAUTHENTICATED) !== UNAUTHENTICATED) return null;
  return credential.kind === 'operator'
    ? `${module} refuses the token: it is not that of its operators, which is in SPARK_OPERATOR_TOKEN of ${module}.`
    : `${module} does not know the key of ${credential.name}.`;
}

const UNAUTHENTICATED = 'urn:spark:problem:unauthenticated';

function hint({ module }: Way, status: number, problem: Reason): string[] {
  // A handler that found nothing says what.
  if (status === 404 && !isHandled(problem))
    return [`Is this ${module}, and a version that has this command? --url says where it is.`];
  return [];
}
