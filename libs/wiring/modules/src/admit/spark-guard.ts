import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { OperatorToken } from '../identify/operator-token.ts';
import { TokenVerifier } from '../identify/token-verifier.ts';
import { unauthenticated } from '../identify/unauthenticated.ts';
import { rememberCaller, type Caller } from './caller.ts';
import { rawBodyOf } from './raw-body.ts';

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
    const request = context.switchToHttp().getRequest<IncomingMessage & { originalUrl?: string }>();
    rememberCaller(request, await this.identify(request));
    return true;
  }

  private async identify(request: IncomingMessage & { originalUrl?: string }): Promise<Caller> {
    const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated();
    if (this.operator.matches(token)) return { kind: 'operator' };
    const body = rawBodyOf(request);
    if (body === undefined) throw new Error(`The body of ${request.url} was not kept by RouteInstaller`);
    const path = request.originalUrl ?? request.url ?? '/';
    const { module } = await this.verifier.verify({ token, method: request.method ?? '', path, body });
    return { kind: 'module', module };
  }
}
