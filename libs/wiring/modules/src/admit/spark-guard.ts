import { ProblemError } from '@nestjs-spark/contracts';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { nodeRequest, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { OperatorToken } from '../identify/operator-token.ts';
import { TokenVerifier } from '../identify/token-verifier.ts';
import { unauthenticated } from '../identify/unauthenticated.ts';
import { bearerOf, looksSigned } from './bearer.ts';
import { rememberCaller, type Caller } from './caller.ts';
import { rawBodyOf } from './raw-body.ts';

/** Middleware may have shortened the path; both platforms keep the one that was asked for. */
type AskedRequest = PlatformRequest & { originalUrl?: string };

/**
 * Admits a request with a module's token or the operators'. It is on the controllers, not in
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
    const token = bearerOf(request);
    if (token === null) throw unauthenticated();
    if (this.operator.matches(token)) return { kind: 'operator' };
    if (!looksSigned(token)) throw unauthenticated();
    const body = rawBodyOf(request);
    // A spelling of the path that a router takes for one of ours, and `RouteInstaller` does not.
    if (body === undefined) throw new ProblemError('invalid', 'The path is not spelled as it is declared.');
    const path = asked.originalUrl ?? request.url ?? '/';
    const { module } = await this.verifier.verify({ token, method: request.method ?? '', path, body });
    return { kind: 'module', module };
  }
}
