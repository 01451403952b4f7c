import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { bearerOf } from '@nestjs-spark/modules/internal';
import {
  isSparkRoute,
  nodeRequest,
  Refusals,
  type PlatformRequest,
} from '@nestjs-spark/observability/internal';
import { ApiAuthentication } from '../recognize/api-authentication.ts';
import { includesRole, type ApiCaller, type Role } from '../recognize/api-caller.ts';
import { LONGEST_TOKEN } from '../recognize/jwt-reader.ts';
import { rememberCaller, rememberedCaller } from './callers.ts';
import { MINIMUM_ROLE, PUBLIC } from './decorators.ts';

const READING: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Admits a request to the application's own routes when its caller has the role that the route needs. Spark's own routes have
 * another guard and pass; so do messages from the bus. What is neither, such as a message of a WebSocket or a GraphQL resolver,
 * is refused unless it is `@Public()`: only HTTP is understood here.
 */
@Injectable()
export class ApiGuard implements CanActivate {
  readonly #authentication: ApiAuthentication;
  readonly #reflector: Reflector;
  readonly #refusals: Refusals | null;

  constructor(
    authentication: ApiAuthentication,
    reflector: Reflector,
    @Optional() @Inject(Refusals) refusals: Refusals | null = null,
  ) {
    this.#authentication = authentication;
    this.#reflector = reflector;
    this.#refusals = refusals;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType();
    if (type === 'rpc' || isSparkRoute(context)) return true;
    const said = this.#said(context);
    if (said === 'public') return true;
    if (type !== 'http') throw new ProblemError('forbidden', 'Only HTTP requests can be authenticated here.');
    const asked = context.switchToHttp().getRequest<PlatformRequest>();
    const request = nodeRequest(asked);
    const caller = rememberedCaller(asked) ?? (await this.#recognize(request));
    rememberCaller(asked, caller);
    const needed = said ?? (READING.has(request.method) ? 'viewer' : 'editor');
    if (includesRole(caller.role, needed)) return true;
    this.#record(403, request, caller.subject);
    throw new ProblemError('forbidden', `This needs the role ${needed}; you have the role ${caller.role}.`);
  }

  async #recognize(request: IncomingMessage): Promise<ApiCaller> {
    try {
      return await this.#authentication.authenticate(bearerOf(request, LONGEST_TOKEN));
    } catch (error) {
      const status = error instanceof ProblemError ? error.status : 0;
      if (status === 401 || status === 403) this.#record(status, request, null);
      throw error;
    }
  }

  #record(status: 401 | 403, { method = '', url = '/' }: IncomingMessage, claimed: string | null): void {
    this.#refusals?.record({ status, method, path: url.split('?')[0] ?? '/', claimed });
  }

  /** What the route says, or else its controller. Where both decorators are in one place, the role counts. */
  #said(context: ExecutionContext): Role | 'public' | undefined {
    for (const place of [context.getHandler(), context.getClass()]) {
      const role = this.#reflector.get<Role | undefined>(MINIMUM_ROLE, place);
      if (role !== undefined) return role;
      if (this.#reflector.get<boolean | undefined>(PUBLIC, place) === true) return 'public';
    }
    return undefined;
  }
}
