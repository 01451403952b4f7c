import { readBounded } from '@nestjs-spark/modules/internal';

/** Far above any issuer's description or set of keys. */
const MOST_BYTES = 1_048_576;

/** Reads from an issuer. What lies beyond the bound is not read; a redirect is an answer. */
export async function fetchBounded(
  url: string,
  init: { signal: AbortSignal; headers?: Headers },
): Promise<Response> {
  const answer = await fetch(url, { ...init, redirect: 'manual' });
  return new Response(await readBounded(answer, MOST_BYTES), { status: answer.status });
}
