import { UnavailableError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation';
import type { JobRun } from '../../job/backend.ts';

/** The address of a backend, and the token for it. */
export interface HttpBackendPlace {
  name: string;
  url: string;
  /** Sent as a bearer token. */
  token: string | null;
}

/** The answer to a call. */
export interface HttpAnswer {
  status: number;
  body: ReadableStream<Uint8Array> | null;
}

const ANSWER_MS = 10_000;
/** The longest time for transferring a whole input or result, in milliseconds. */
const CONTENT_MS = 15 * 60_000;
const MOST_BYTES = 256 * 1024;

/** The calls of the protocol for backends in other languages. */
export class HttpRuns {
  readonly #place: HttpBackendPlace;

  constructor(place: HttpBackendPlace) {
    this.#place = place;
  }

  health(signal: AbortSignal): Promise<HttpAnswer> {
    return this.#ask('GET', '/health', { signal, ms: ANSWER_MS });
  }

  /** Sends the run as the first line, followed by its input. */
  put(run: JobRun, signal: AbortSignal): Promise<HttpAnswer> {
    const { input, ...rest } = run;
    const { form, bytes, documents } = input;
    const head = JSON.stringify({ ...rest, input: { form, bytes, documents } });
    const body = ReadableStream.from(
      (async function* () {
        yield Buffer.from(`${head}\n`);
        yield* input.read();
      })(),
    );
    // Until it is answered, the run can be neither cancelled nor timed out.
    const ms = Math.min(CONTENT_MS, Math.max(ANSWER_MS, run.options.timeoutMs));
    return this.#ask('PUT', pathOf(run.runId), { signal, ms, body });
  }

  state(runId: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#ask('GET', pathOf(runId), { signal, ms: ANSWER_MS });
  }

  result(runId: string): Promise<HttpAnswer> {
    return this.#ask('GET', `${pathOf(runId)}/result`, { ms: CONTENT_MS });
  }

  remove(runId: string): Promise<HttpAnswer> {
    return this.#ask('DELETE', pathOf(runId), { ms: ANSWER_MS });
  }

  /** The error for a status that the call does not expect. */
  unexpected(what: string, { status }: HttpAnswer): UnavailableError {
    return new UnavailableError(`The backend ${this.#place.name} answered ${what} with status ${status}`);
  }

  async #ask(
    method: string,
    path: string,
    { signal, ms, body }: { signal?: AbortSignal; ms: number; body?: ReadableStream<Uint8Array> },
  ): Promise<HttpAnswer> {
    const { name, url, token } = this.#place;
    const timeout = AbortSignal.timeout(ms);
    try {
      const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
        method,
        // Documents are only sent to the configured address.
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/x-ndjson' }),
        },
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      });
      return { status: answer.status, body: answer.body as ReadableStream<Uint8Array> | null };
    } catch (error) {
      throw new UnavailableError(`The backend ${name} cannot be reached: ${describeError(error)}`, {
        cause: error,
      });
    }
  }
}

function pathOf(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}

/** Reads a small answer as JSON; undefined if it is not JSON or too large. */
export async function readAnswer({ body }: HttpAnswer): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Discards the body of an answer to free its connection. */
export async function ignore({ body }: HttpAnswer): Promise<void> {
  await body?.cancel().catch(() => undefined);
}
