import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ProblemError } from '@nestjs-spark/contracts';
import { parseJson, PendingBodies } from '@nestjs-spark/modules/internal';
import {
  JSON_FORM,
  isBlank,
  methodNotAllowed,
  objectIn,
  requireForm,
  tooLarge,
} from '@nestjs-spark/observability/internal';

/** Applies to every page and answer: they may only contact their own origin. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
const BODY_BYTES = 512 * 1024;
const BODIES = new PendingBodies();

/** One request and its response. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** The path relative to the console's, with a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The signed-in user, once the session was read; null if nobody is signed in. */
  user: string | null = null;

  readonly #pending: PendingBodies;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: string,
    pending = BODIES,
  ) {
    this.#pending = pending;
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.path = path;
    this.query = new URLSearchParams(query.slice(0, 2_000));
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  }

  get address(): string {
    const { remoteAddress = '' } = this.request.socket;
    return isIP(remoteAddress) === 0 ? 'unknown' : remoteAddress;
  }

  /** Whether the browser connected over https, either directly or through a proxy. */
  get isSecure(): boolean {
    return 'encrypted' in this.request.socket || this.request.headers['x-forwarded-proto'] === 'https';
  }

  json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
    this.send(status, 'application/json; charset=utf-8', JSON.stringify(body), headers);
  }

  send(
    status: number,
    type: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const bytes = Buffer.from(body);
    this.response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': bytes.length,
      'Cache-Control': 'no-store',
      ...headers,
    });
    this.response.end(this.method === 'HEAD' ? undefined : bytes);
  }

  /** Sets `Allow` and returns the refusal of a method that is not supported. */
  refuseMethod(methods: readonly string[]): ProblemError {
    const verbs = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    this.response.setHeader('Allow', verbs.join(', '));
    return methodNotAllowed(verbs);
  }

  /**
   * The request's body, a JSON object; a missing body counts as an empty object.
   * @throws {ProblemError} `unsupportedMedia` (415), `tooLarge` (413), `bodyTimeout` (408), or `invalid` (400)
   */
  async body(): Promise<Record<string, unknown>> {
    requireForm(this.request, JSON_FORM);
    // One of the application's body parsers may have consumed it already.
    const parsed = (this.request as { body?: unknown }).body;
    if (parsed !== undefined && this.request.readableEnded) return objectIn(parsed);
    const bytes = await this.#collect();
    return isBlank(bytes) ? {} : objectIn(parseJson(bytes));
  }

  async #collect(): Promise<Buffer> {
    if (Number(this.request.headers['content-length'] ?? 0) > BODY_BYTES) {
      this.response.setHeader('Connection', 'close');
      throw tooLarge(BODY_BYTES);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= BODY_BYTES) chunks.push(chunk);
      else reject(tooLarge(BODY_BYTES));
    };
    // Listeners instead of a loop over the request: leaving the loop would close the connection before the refusal is sent.
    this.request.on('data', take);
    this.request.once('end', () => resolve(Buffer.concat(chunks)));
    this.request.once('error', reject);
    this.request.once('close', () =>
      reject(new ProblemError('invalid', 'The sender left before its body was complete.')),
    );
    try {
      return await this.#pending.wait(promise);
    } catch (error) {
      // The rest of the body is not needed.
      if (!this.response.headersSent) this.response.setHeader('Connection', 'close');
      throw error;
    } finally {
      this.request.off('data', take);
    }
  }
}
