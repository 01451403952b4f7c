import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';
import { describeError, isObject, type Logger } from '@nestjs-spark/foundation/internal';
import { reasonOf, type TrailInUse } from '@nestjs-spark/modules/internal';
import { sendProblem } from '@nestjs-spark/observability/internal';
import { PassedOnProblem } from '../ask/console-client.ts';
import { hasSession, type Session } from '../sign-in/sessions.ts';
import { answerApi, requirePage } from './api.ts';
import { type Assets, withSession } from './assets.ts';
import { Exchange } from './exchange.ts';
import type { ApiParts } from './route.ts';

export interface ConsoleServerParts extends ApiParts {
  /** The console's path; everything under it is handled here. */
  path: string;
  title: string;
  /** The name of the console's own module. */
  name: string;
  assets: Assets;
  /** Counts, logs and records refused callers, as on every guarded route. */
  trail: Pick<TrailInUse, 'refused'>;
  log: Logger;
}

const YEAR = 'public, max-age=31536000, immutable';

/**
 * Whether a browser that opens the page from there sends the session's cookie: it is `SameSite=Strict`, so it is not sent when a
 * link on another site is followed. Over http, browsers do not say where a request comes from, except to localhost.
 */
const sendsCookies = (site: unknown): boolean =>
  site === 'same-origin' || site === 'same-site' || site === 'none';

/**
 * Handles everything under the console's path with Node's own request and response, so that prefixes, guards and interceptors of the application do
 * not apply.
 */
export class ConsoleServer {
  readonly #parts: ConsoleServerParts;
  readonly #page: string;

  constructor(parts: ConsoleServerParts) {
    this.#parts = parts;
    this.#page = parts.assets.page(parts.path, parts.title);
  }

  /** Handles the request if it is for the console. @returns whether it was */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const [url = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const { path } = this.#parts;
    if (url !== path && !url.startsWith(`${path}/`)) return false;
    const exchange = new Exchange(request, response, url.slice(path.length) || '/', query);
    void this.#answer(exchange).catch((error: unknown) => this.#fail(exchange, error));
    return true;
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { path, method } = exchange;
    if (path === '/api/session') return this.#session(exchange);
    if (path.startsWith('/api/')) return answerApi(this.#parts, exchange, await this.#require(exchange));
    if (method !== 'GET' && method !== 'HEAD') throw exchange.refuseMethod(['GET']);
    if (path.startsWith('/assets/')) return this.#asset(exchange, path.slice('/assets/'.length));
    if (/\.\w+$/.test(path)) throw new ProblemError('notFound', 'The console has no such file.');
    return this.#showPage(exchange);
  }

  /** The page says who is signed in, or that nobody can, so it needs no further request before it shows something. */
  async #showPage(exchange: Exchange): Promise<void> {
    const session = await this.#read(exchange);
    const page = withSession(this.#page, session ? this.#told(session) : this.#nobody(exchange));
    exchange.send(200, 'text/html; charset=utf-8', page);
  }

  /** What the page says without a session; null if it is certain that there is none, and somebody can sign in. */
  #nobody({ request }: Exchange): object | null {
    const { isClosed } = this.#parts.admission;
    const isUnknown = !sendsCookies(request.headers['sec-fetch-site']);
    if (!isClosed && !isUnknown) return null;
    return { ...(isClosed && { closed: true }), ...(isUnknown && { unknown: true }) };
  }

  #asset(exchange: Exchange, name: string): void {
    const asset = this.#parts.assets.find(name);
    if (!asset) throw new ProblemError('notFound', 'The console has no such file.');
    const accepted = exchange.request.headers['accept-encoding'] ?? '';
    const compressed = /\bbr\b/.test(String(accepted)) ? asset.brotli : null;
    exchange.send(200, asset.type, compressed ?? asset.body, {
      'Cache-Control': YEAR,
      Vary: 'Accept-Encoding',
      ...(compressed ? { 'Content-Encoding': 'br' } : {}),
    });
  }

  async #session(exchange: Exchange): Promise<void> {
    switch (exchange.method) {
      case 'GET':
        return this.#tell(exchange, await this.#require(exchange));
      case 'POST':
        return this.#signIn(exchange);
      case 'DELETE': {
        const session = await this.#require(exchange);
        requirePage(exchange, session.csrf);
        exchange.response.setHeader('Set-Cookie', this.#parts.sessions.end(exchange.isSecure));
        return exchange.json(200, {});
      }
      default:
        throw exchange.refuseMethod(['GET', 'POST', 'DELETE']);
    }
  }

  async #signIn(exchange: Exchange): Promise<void> {
    requirePage(exchange, null);
    const { admission, sessions } = this.#parts;
    const body = await exchange.body();
    const admitted = await admission.admit(isObject(body) ? body['token'] : null, exchange.address);
    const session = sessions.begin(admitted);
    exchange.response.setHeader('Set-Cookie', await sessions.cookie(session, exchange.isSecure));
    this.#tell(exchange, session);
  }

  #tell(exchange: Exchange, session: Session): void {
    exchange.json(200, this.#told(session));
  }

  #told({ sub: name, role, csrf }: Session): object {
    const { readOnly, title } = this.#parts;
    return { name, role, csrf, readOnly, title };
  }

  /** @throws {ProblemError} `unauthenticated` (401), with `closed: true` if signing in is not possible */
  async #require(exchange: Exchange): Promise<Session> {
    const session = await this.#read(exchange);
    if (session) return session;
    const { admission, path } = this.#parts;
    const found = hasSession(exchange.request.headers.cookie)
      ? 'This session has ended, or is not valid.'
      : 'There is no session.';
    throw new ProblemError('unauthenticated', `${found} ${admission.howTo(path)}`, {
      members: admission.isClosed ? { closed: true } : {},
    });
  }

  async #read(exchange: Exchange): Promise<Session | null> {
    const { sessions } = this.#parts;
    const found = await sessions.read(exchange.request.headers.cookie);
    if (!found) return null;
    exchange.user = found.session.sub;
    if (found.renew)
      exchange.response.setHeader('Set-Cookie', await sessions.cookie(found.session, exchange.isSecure));
    return found.session;
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { request, response } = exchange;
    if (response.headersSent) return void response.end();
    if (error instanceof ProblemError && !(error instanceof PassedOnProblem)) this.#record(exchange, error);
    const problem =
      error instanceof ProblemError
        ? error
        : new ProblemError('unexpected', 'The console failed; its log says why.');
    if (!(error instanceof ProblemError)) this.#parts.log.error(`A request failed: ${describeError(error)}`);
    sendProblem(request, response, problem.toProblem(), problem.retryAfterSeconds);
    request.resume();
  }

  /** Requests that a module refused are in that module's own trail. */
  #record({ method, path: below, user }: Exchange, problem: ProblemError): void {
    const { status } = problem;
    if (status !== 401 && status !== 403) return;
    const { path, name, trail } = this.#parts;
    // The same form as in the trails of modules.
    const who = user === null ? null : `${user} by ${name}`;
    trail.refused(
      { status, method, path: `${path}${below}`, claimed: who },
      { who, reason: reasonOf(problem) },
    );
  }
}
