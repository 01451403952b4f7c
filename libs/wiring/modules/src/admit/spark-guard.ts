import { ProblemError } from '@nestjs-spark/contracts';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  nodeRequest,
  type PlatformRequest,
  type PlatformResponse,
} from '@nestjs-spark/observability/internal';
import { AuditTrail } from '../audit/audit-trail.ts';
import { OperatorToken } from '../identify/operator-token.ts';
import { pathOf } from '../identify/request-path.ts';
import { TokenVerifier } from '../identify/token-verifier.ts';
import { noToken, wrongToken } from '../identify/unauthenticated.ts';
import { bearerOf, looksSigned } from './bearer.ts';
import { knownName, rememberCaller, type Caller, type ConsoleUser } from './caller.ts';
import { Consoles } from './consoles.ts';
import { FOR_VIEWERS } from './for-viewers.ts';
import { rawBodyOf } from './raw-body.ts';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What proxies write in their logs of a caller that has gone before the answer. */
const LEFT = 499;

/** Middleware may have shortened the path; both platforms keep the original one. */
type AskedRequest = PlatformRequest & { originalUrl?: string };

/**
 * Admits a request with a module's token or the operator token. It is on the controllers rather than in middleware, so that a
 * path or verb that reaches a handler in another spelling still has to pass it.
 */
@Injectable()
export class SparkGuard implements CanActivate {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly operator: OperatorToken,
    @Optional() @Inject(AuditTrail) private readonly trail: AuditTrail | null = null,
    @Optional() @Inject(Consoles) private readonly consoles: Consoles | null = null,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AskedRequest>();
    const caller = await this.identify(request);
    if (caller.kind === 'operator') requireRole(caller.through, nodeRequest(request), context);
    rememberCaller(request, caller);
    this.audit(request, http.getResponse<PlatformResponse>());
    return true;
  }

  /** A request for a change is recorded once it is answered, or once its sender has gone: whatever it asked for may still be done. */
  private audit(asked: AskedRequest, response: PlatformResponse): void {
    const { trail } = this;
    const request = nodeRequest(asked);
    const { method = 'GET' } = request;
    if (!trail || READING.has(method)) return;
    const path = pathOf(asked.originalUrl ?? request.url ?? '/') ?? '/';
    const who = knownName(request) ?? '';
    const node = 'raw' in response ? response.raw : response;
    node.once('close', () => {
      const { statusCode, writableFinished } = node;
      const outcome = writableFinished
        ? { status: statusCode, reason: trail.reasonOf(request) }
        : {
            status: LEFT,
            reason: 'the caller left before the answer: what was asked for may have been done',
          };
      trail.answered({ who, method, path, ...outcome });
    });
  }

  private async identify(asked: AskedRequest): Promise<Caller> {
    const request = nodeRequest(asked);
    const token = bearerOf(request);
    if (token === null) throw noToken();
    if (this.operator.matches(token)) return { kind: 'operator' };
    if (!looksSigned(token)) throw wrongToken();
    const body = rawBodyOf(request);
    // A spelling of the path that a router accepts for one of ours, but `RouteInstaller` does not.
    if (body === undefined) throw new ProblemError('invalid', 'The path is not spelled as it is declared.');
    const path = asked.originalUrl ?? request.url ?? '/';
    const { module, act } = await this.verifier.verify({ token, method: request.method ?? '', path, body });
    if (act === null) return { kind: 'module', module };
    if (!this.consoles) throw new ProblemError('forbidden', 'No console is admitted here.');
    this.consoles.require(module);
    return { kind: 'operator', through: { ...act, console: module } };
  }
}

/** @throws {ProblemError} `forbidden` (403) when a read-only user requests a change */
function requireRole(
  through: ConsoleUser | undefined,
  { method = 'GET' }: IncomingMessage,
  context: ExecutionContext,
): void {
  if (through?.role !== 'viewer' || READING.has(method)) return;
  if (Reflect.getMetadata(FOR_VIEWERS, context.getHandler()) === true) return;
  throw new ProblemError('forbidden', 'A viewer may read everything and change nothing.');
}
