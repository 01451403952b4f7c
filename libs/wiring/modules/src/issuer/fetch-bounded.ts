import { readBounded } from '../call/read-bounded.ts';

/** Far above any issuer's description, set of keys or token. */
const MOST_BYTES = 1_048_576;

/** Reads from an issuer. What lies beyond the bound is not read; a redirect is an answer. */
export async function fetchBounded(
  url: string,
  init: Pick<RequestInit, 'signal' | 'headers' | 'method' | 'body'>,
): Promise<Response> {
  const answer = await fetch(url, { ...init, redirect: 'manual' });
  const challenge = answer.headers.get('www-authenticate');
  const headers = {
    'content-type': answer.headers.get('content-type') ?? '',
    ...(challenge !== null && { 'www-authenticate': challenge }),
  };
  return new Response(await readBounded(answer, MOST_BYTES), { status: answer.status, headers });
}
