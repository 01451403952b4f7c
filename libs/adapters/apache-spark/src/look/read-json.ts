import type { Guard } from '@nestjs-spark/foundation/internal';

const ANSWER_MS = 10_000;
const LARGEST_ANSWER = 32 * 1024 * 1024;

/** The requested resource does not exist (404). */
export class NotThereError extends Error {
  override readonly name = 'NotThereError';
}

/**
 * The validated JSON response of one of Apache Spark's addresses.
 * @throws {NotThereError}, or an error that names the address, when the response is missing or not as expected
 */
export async function readJson<T>(url: string, guard: Guard<T>, body?: object): Promise<T> {
  const text = await readText(url, body);
  const value: unknown = JSON.parse(text);
  if (!guard(value)) throw new Error(`${url} did not answer as Apache Spark does`);
  return value;
}

/** @param body sent by POST, if given */
export async function readText(url: string, body?: object): Promise<string> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: JSON_TYPE };
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(url, { ...init, signal, redirect: 'error' }).catch((error: unknown) => {
    throw new Error(`${url} does not answer`, { cause: error });
  });
  if (answer.status === 404) throw new NotThereError(`${url} answered 404`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength;
    if (bytes > LARGEST_ANSWER) throw new Error(`${url} answered with more than ${LARGEST_ANSWER} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
