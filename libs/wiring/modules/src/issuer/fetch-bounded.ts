import { readBounded } from '../call/read-bounded.ts';

/** Far above any issuer's metadata, key set or token. */
const MOST_BYTES = 1_048_576;

/** Fetches from an issuer. Nothing beyond the limit is read; a redirect is returned as a response. */
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
