import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { nodeRequest, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { OperatorToken } from '../identify/operator-token.ts';
import { TokenVerifier } from '../identify/token-verifier.ts';
import { unauthenticated } from '../identify/unauthenticated.ts';
import { rememberCaller, type Caller } from './caller.ts';
import { rawBodyOf } from './raw-body.ts';

/** Middleware may have shortened the path; both platforms keep the one that was asked for. */
type AskedRequest = PlatformRequest & { originalUrl?: string };

/**
 * Lets a request through when it shows a module's token or the operators'. It stands on the controllers, not in
 * middleware, because a path or verb that reaches a handler by some other spelling still has to pass it.
 */
@Injectable()
export class SparkGuard implements CanActivate {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly operator: OperatorToken,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AskedRequest>();
    rememberCaller(request, await this.identify(request));
    return true;
  }

  private async identify(asked: AskedRequest): Promise<Caller> {
    const request = nodeRequest(asked);
    const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated();
    if (this.operator.matches(token)) return { kind: 'operator' };
    const body = rawBodyOf(request);
    if (body === undefined) throw new Error(`The body of ${request.url} was not kept by RouteInstaller`);
    const path = asked.originalUrl ?? request.url ?? '/';
    const { module } = await this.verifier.verify({ token, method: request.method ?? '', path, body });
    return { kind: 'module', module };
  }
}
