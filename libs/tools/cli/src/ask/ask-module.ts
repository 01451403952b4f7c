import type { Problem } from '@nestjs-spark/contracts';
import {
  KeyFileError,
  ModuleIdentity,
  parseAnswer,
  sendSigned,
  whyNoAnswer,
} from '@nestjs-spark/replication/internal';
import { CliError } from '../cli-error.ts';
import { findUrl } from './find-url.ts';
import type { Way } from './way.ts';

export interface Question {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string | number | null>;
  body?: object;
}

const TIMEOUT_MS = 60_000;
const SILENT = { debug: () => {}, log: () => {}, warn: () => {}, error: () => {} };

/**
 * Asks a module over HTTP, as operator or in another module's name.
 * @throws {CliError} with what stands against it and what helps
 */
export async function askModule(way: Way, question: Question): Promise<unknown> {
  const base = (way.url ?? (await findUrl(way.module, process.env))).replace(/(?<!\/)\/+$/, '');
  const url = new URL(`${base}${question.path}`);
  for (const [key, value] of Object.entries(question.query ?? {}))
    if (value !== null) url.searchParams.set(key, String(value));
  const body = question.body === undefined ? undefined : JSON.stringify(question.body);
  const token = await tokenFor(way, question.method, url.pathname, body);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await sendSigned({ url, method: question.method, token, body, signal }).catch(
    (error: unknown) => {
      throw unreachable(way.module, url, error);
    },
  );
  const answer = parseAnswer(await response.text());
  if (response.ok && answer !== undefined) return answer;
  throw new CliError(explain(way, response.status, answer));
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

/** What an unsuccessful answer means for the user of the command. */
export function explain(way: Way, status: number, answer: unknown): string {
  const problem = (typeof answer === 'object' && answer !== null ? answer : {}) as Partial<Problem>;
  const detail = problem.detail ?? problem.title ?? `it answers ${status}`;
  const fields = (problem.errors ?? []).map(({ pointer, detail: what, line, column }) => {
    const place = line === undefined ? pointer : `line ${line}, column ${column ?? 1}`;
    return `  ${place}: ${what}`;
  });
  return [`${way.module}: ${detail}`, ...fields, ...hint(way, status)].join('\n');
}

function hint({ credential, module }: Way, status: number): string[] {
  if (status === 401 && credential.kind === 'operator')
    return [`The token is not that of ${module}'s operators (its SPARK_OPERATOR_TOKEN).`];
  if (status === 401)
    return [`${module} does not know the key of ${credential.kind === 'module' ? credential.name : ''}.`];
  if (status === 404)
    return [`Is this ${module}, and a version that has this command? --url says where it is.`];
  return [];
}
