import { ProblemError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation';
import { JOB_REFUSED } from '../job/problems.ts';

const FETCH_MS = 15 * 60_000;

/** Whether an address starts with one of the prefixes that operators have allowed, ending at a path segment. */
export function isAllowed(address: string, prefixes: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { href, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return prefixes.some((prefix) => {
    const allowed = new URL(prefix).href;
    if (!href.startsWith(allowed)) return false;
    return allowed.endsWith('/') || href === allowed || '/?'.includes(href[allowed.length] ?? ' ');
  });
}

/**
 * The bytes at an address. Redirects are not followed, as they could lead to an address that is not allowed.
 * @throws {ProblemError} `jobRefused` (422) for an address that is not allowed, does not answer with 200, or breaks off while it is read
 */
export async function fetchInput(
  address: string,
  prefixes: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  if (!isAllowed(address, prefixes))
    throw refused(
      'is not below one of SPARK_JOBS_INPUT_PREFIXES; send the documents to POST /api/jobs/input',
    );
  let answer: Response;
  try {
    answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
  } catch (error) {
    throw refused(`cannot be fetched: ${describeError(error)}`);
  }
  if (answer.status === 200 && answer.body) return whole(answer.body as ReadableStream<Uint8Array>);
  await answer.body?.cancel().catch(() => undefined);
  throw refused(`answered with status ${answer.status}`);
}

async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw refused(`could not be read completely: ${describeError(error)}`);
  }
}

function refused(detail: string): ProblemError {
  return new ProblemError(JOB_REFUSED, `/input/url: ${detail}`, {
    errors: [{ pointer: '/input/url', detail }],
  });
}
