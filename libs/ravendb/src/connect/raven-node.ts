import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { RavenCertificate } from './settings.ts';
import { readServerError, toStoreError } from './server-error.ts';

export interface RavenRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Below the server, e.g. `/databases/X/stats`. */
  path: string;
  /** A stream is sent as it comes; it can be sent once only. */
  body?: string | Uint8Array | Readable;
  signal?: AbortSignal;
  /** Stop reading the answer after about so many bytes; the rest is dropped. */
  stopAfterBytes?: number;
}

export interface RavenAnswer {
  status: number;
  body: Buffer;
  /** False when reading stopped at `stopAfterBytes`. */
  whole: boolean;
}

/** Whatever answers requests of one node. */
export interface Requester {
  request(request: RavenRequest): Promise<RavenAnswer>;
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const ANSWER_TIMEOUT_MS = 60_000;

/** One node of RavenDB over kept-alive connections. */
export class RavenNode implements Requester {
  readonly #name: string;
  readonly #pool: Pool;

  /** @param name the node as errors name it, without secrets */
  constructor(url: string, name: string, certificate: RavenCertificate | undefined) {
    this.#name = name;
    this.#pool = new Pool(new URL(url).origin, {
      connections: 24,
      keepAliveTimeout: 30_000,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      connect: { timeout: 5_000, ...tlsOptions(certificate) },
    });
  }

  /** 404 is an answer; everything else that is not 2xx or 304 is thrown as one of the store's errors. */
  async request(request: RavenRequest): Promise<RavenAnswer> {
    const answer = await this.#send(request);
    if (answer.status < 400 || answer.status === 404) return answer;
    throw toStoreError(this.#name, readServerError(answer.status, answer.body.toString('utf8')));
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #send({ method = 'GET', path, body, signal, stopAfterBytes }: RavenRequest): Promise<RavenAnswer> {
    try {
      const response = await this.#pool.request({
        method,
        path,
        ...(body === undefined ? {} : { body, headers: JSON_HEADERS }),
        ...(signal ? { signal } : {}),
      });
      const { chunks, whole } = await collect(response.body, stopAfterBytes ?? Infinity);
      return { status: response.statusCode, body: Buffer.concat(chunks), whole };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new UnavailableError(this.#name, { cause });
    }
  }
}

async function collect(
  body: AsyncIterable<Buffer>,
  limit: number,
): Promise<{ chunks: Buffer[]; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) return { chunks, whole: false };
  }
  return { chunks, whole: true };
}

export function tlsOptions(certificate: RavenCertificate | undefined) {
  if (!certificate) return {};
  const { type, certificate: content, passphrase, ca } = certificate;
  const own = type === 'pfx' ? { pfx: content } : { cert: content, key: content };
  return { ...own, ...(passphrase ? { passphrase } : {}), ...(ca ? { ca } : {}) };
}
