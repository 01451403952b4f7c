import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { Breaker } from '@nestjs-spark/foundation/internal';
import type { CertificateSource } from './settings.ts';
import { isOfRavenDb, readServerError, toStoreError } from './server-error.ts';
import { secured } from './tls.ts';

export interface RavenRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Below the server, e.g. `/databases/X/stats`. */
  path: string;
  /** A stream is sent as it comes, and can only be sent once. */
  body?: string | Uint8Array | Readable;
  signal?: AbortSignal;
  /** Of the body. Default JSON. */
  contentType?: string;
  /** How long to wait for the response to begin. Default: one minute. */
  answerTimeoutMs?: number;
  /** Stop reading the response after about this many bytes; the rest is dropped. */
  stopAfterBytes?: number;
  /** Only the end of the response is needed, at least this many bytes; anything before may be dropped. */
  keepLastBytes?: number;
}

export interface RavenAnswer {
  status: number;
  body: Buffer;
  /** False when reading stopped at `stopAfterBytes`. */
  whole: boolean;
}

/** A response whose body is still to be read; a caller that does not read it to the end has to destroy it. */
export interface RavenStream {
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
}

/** Whatever can send requests to one node. */
export interface Requester {
  request(request: RavenRequest): Promise<RavenAnswer>;
}

const JSON_TYPE = 'application/json';
const ANSWER_TIMEOUT_MS = 60_000;

export interface RavenNodeParts {
  url: string;
  /** Its name in errors, without secrets. */
  name: string;
  certificate: CertificateSource | undefined;
  /** The breaker for this server, shared by all databases. */
  breaker: Breaker;
}

/** One RavenDB node over keep-alive connections. */
export class RavenNode implements Requester {
  readonly #name: string;
  readonly #pool: Pool;
  readonly #breaker: Breaker;

  constructor({ url, name, certificate, breaker }: RavenNodeParts) {
    this.#name = name;
    this.#breaker = breaker;
    this.#pool = new Pool(new URL(url).origin, {
      connections: 24,
      keepAliveTimeout: 30_000,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      ...secured(certificate),
    });
  }

  /** RavenDB's 404 is returned; every other status except 2xx and 304 is thrown as one of the store's errors. */
  request(request: RavenRequest): Promise<RavenAnswer> {
    return this.#breaker.run(() => this.#request(request));
  }

  /** Null for 404. */
  stream(path: string): Promise<RavenStream | null> {
    return this.#breaker.run(() => this.#stream(path));
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(request: RavenRequest): Promise<RavenAnswer> {
    const answer = await this.#send(request);
    if (answer.status < 400) return answer;
    const text = answer.body.toString('utf8');
    if (answer.status !== 404) throw toStoreError(this.#name, readServerError(answer.status, text));
    this.#requireOwn(text);
    return answer;
  }

  async #stream(path: string): Promise<RavenStream | null> {
    const { statusCode, headers, body } = await this.#pool
      .request({ method: 'GET', path })
      .catch((cause: unknown) => {
        throw new UnavailableError(`${this.#name} cannot be reached`, { cause });
      });
    if (statusCode < 400) return { headers, body };
    const text = await body.text();
    if (statusCode !== 404) throw toStoreError(this.#name, readServerError(statusCode, text));
    this.#requireOwn(text);
    return null;
  }

  /** @throws {UnavailableError} when what stands before RavenDB says that nothing is there: it says nothing of a document */
  #requireOwn(answer: string): void {
    if (isOfRavenDb(answer)) return;
    throw new UnavailableError(
      `${this.#name} is not what answers there: it answered 404 without RavenDB's own words. Check what stands before it, such as a proxy`,
    );
  }

  async #send(request: RavenRequest): Promise<RavenAnswer> {
    const { method = 'GET', path, body, signal, contentType = JSON_TYPE } = request;
    const { answerTimeoutMs: headersTimeout, stopAfterBytes, keepLastBytes } = request;
    try {
      const response = await this.#pool.request({
        method,
        path,
        ...(body === undefined ? {} : { body, headers: { 'content-type': contentType } }),
        ...(signal ? { signal } : {}),
        ...(headersTimeout === undefined ? {} : { headersTimeout }),
      });
      const { chunks, whole } = await collect(
        response.body,
        stopAfterBytes ?? Infinity,
        keepLastBytes ?? Infinity,
      );
      return { status: response.statusCode, body: Buffer.concat(chunks), whole };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new UnavailableError(`${this.#name} cannot be reached`, { cause });
    }
  }
}

async function collect(
  body: AsyncIterable<Buffer>,
  limit: number,
  keep: number,
): Promise<{ chunks: Buffer[]; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let kept = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    kept += chunk.length;
    if (size > limit) return { chunks, whole: false };
    while (kept - (chunks[0]?.length ?? 0) >= keep) kept -= chunks.shift()?.length ?? 0;
  }
  return { chunks, whole: true };
}
