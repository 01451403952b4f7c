import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { bearerOf, TrailInUse } from '@nestjs-spark/modules/internal';
import {
  isSparkRoute,
  nodeRequest,
  type PlatformRequest,
  type PlatformResponse,
} from '@nestjs-spark/observability/internal';
import { ApiAuthentication } from '../recognize/api-authentication.ts';
import { includesRole, type ApiCaller, type Role } from '../recognize/api-caller.ts';
import { LONGEST_TOKEN } from '../recognize/jwt-reader.ts';
import { rememberCaller, rememberedCaller } from './callers.ts';
import { MINIMUM_ROLE, PUBLIC } from './decorators.ts';
import { recordAnswer, recordRefusal } from './record-refusal.ts';

const READING: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Admits a request to the application's own routes when its caller has the role that the route needs. Spark's own routes have
 * another guard and pass; so do messages from the bus. Anything else that is not HTTP, such as a message of a WebSocket or a
 * GraphQL resolver, is refused unless it is `@Public()`.
 */
@Injectable()
export class ApiGuard implements CanActivate {
  readonly #authentication: ApiAuthentication;
  readonly #reflector: Reflector;
  readonly #trail: TrailInUse | null;

  constructor(
    authentication: ApiAuthentication,
    reflector: Reflector,
    @Optional() @Inject(TrailInUse) trail: TrailInUse | null = null,
  ) {
    this.#authentication = authentication;
    this.#reflector = reflector;
    this.#trail = trail;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType();
    if (type === 'rpc' || isSparkRoute(context)) return true;
    const said = this.#said(context);
    if (said === 'public') return true;
    if (type !== 'http') throw this.#refuseUnknown(context, type);
    const http = context.switchToHttp();
    const asked = http.getRequest<PlatformRequest>();
    const request = nodeRequest(asked);
    const known = rememberedCaller(asked);
    const caller = known ?? (await this.#recognize(request));
    rememberCaller(asked, caller);
    const needed = said ?? (READING.has(request.method) ? 'viewer' : 'editor');
    if (includesRole(caller.role, needed)) {
      if (!known) recordAnswer(this.#trail, request, http.getResponse<PlatformResponse>(), caller);
      return true;
    }
    const problem = new ProblemError(
      'forbidden',
      `This needs the role ${needed}; you have the role ${caller.role}.`,
    );
    recordRefusal(this.#trail, request, problem, caller);
    throw problem;
  }

  async #recognize(request: IncomingMessage): Promise<ApiCaller> {
    try {
      return await this.#authentication.authenticate(bearerOf(request, LONGEST_TOKEN));
    } catch (error) {
      recordRefusal(this.#trail, request, error, null);
      throw error;
    }
  }

  /** Anything but an HTTP request has no path, so its handler is named. */
  #refuseUnknown(context: ExecutionContext, type: string): ProblemError {
    const problem = new ProblemError('forbidden', 'Only HTTP requests can be authenticated here.');
    const url = `${context.getClass().name}.${context.getHandler().name}`;
    recordRefusal(this.#trail, { method: type, url }, problem, null);
    return problem;
  }

  /** The decorator of the route, or else of its controller. Where both decorators are in the same place, the role counts. */
  #said(context: ExecutionContext): Role | 'public' | undefined {
    for (const place of [context.getHandler(), context.getClass()]) {
      const role = this.#reflector.get<Role | undefined>(MINIMUM_ROLE, place);
      if (role !== undefined) return role;
      if (this.#reflector.get<boolean | undefined>(PUBLIC, place) === true) return 'public';
    }
    return undefined;
  }
}
