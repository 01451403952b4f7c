import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, HttpAdapterHost, Reflector } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { logFor, onHttpAdapter, requestTarget, sendProblem } from '@nestjs-spark/observability/internal';
import { AuditTrail } from '../audit/audit-trail.ts';
import { OperatorToken } from '../identify/operator-token.ts';
import { noToken, wrongToken } from '../identify/unauthenticated.ts';
import { bearerOf, looksSigned } from './bearer.ts';
import { describeRefusal, reasonOf } from './describe-refusal.ts';
import { PendingBodies } from './pending-bodies.ts';
import { keepRawBody } from './raw-body.ts';
import { BodyTakenError } from './parsed-before.ts';
import { type Areas, areasOf, bodyBytesAt, type ControllerArea } from './routes.ts';
import { SPARK_CONTROLLER, type SparkRouteOptions } from './spark-controller.ts';

const BODY_BYTES = 256 * 1024;
/** How long an unwanted body may still come in. */
const AFTER_ANSWER_MS = 10_000;

/**
 * Runs before the application's body parsers for every `SparkController`, on Express and on Fastify. Nest mounts those parsers
 * when the application initializes, and the adapter is known just before that: this is the only moment, and it requires nothing
 * of the application's `main.ts`. Without HTTP there are no routes to guard, which is logged once.
 */
@Injectable()
export class RouteInstaller {
  private readonly log = logFor('SparkRoutes');
  private readonly discovery: DiscoveryService;
  private readonly reflector: Reflector;
  private readonly operator: OperatorToken;
  private readonly trail: AuditTrail | null;
  private readonly pending = new PendingBodies();
  private toldOfBody = false;

  constructor(
    host: HttpAdapterHost,
    discovery: DiscoveryService,
    reflector: Reflector,
    operator: OperatorToken,
    @Optional() @Inject(AuditTrail) trail: AuditTrail | null = null,
  ) {
    this.trail = trail;
    this.operator = operator;
    this.discovery = discovery;
    this.reflector = reflector;
    onHttpAdapter(host, (adapter) => {
      if (!adapter) return this.tellNoHttp();
      const areas = areasOf(this.controllers());
      adapter.use(
        (request: IncomingMessage, response: ServerResponse, next: Next) =>
          void this.admit(areas, request, response, next),
      );
    });
  }

  private tellNoHttp(): void {
    this.log.warn(
      'This application has no HTTP: its copies arrive as usual, but no other module can ask it for its documents, and ' +
        '/spark, /health and /metrics are not there. To be an owner, create it with NestFactory.create() and listen',
    );
  }

  private async admit(
    areas: Areas,
    request: IncomingMessage,
    response: ServerResponse,
    next: Next,
  ): Promise<void> {
    try {
      request.url = requestTarget(request.url ?? '/');
      const bodyBytes = bodyBytesAt(areas, request.url);
      if (bodyBytes === null) return next();
      // None of a body is read before its sender has shown a plausible token: the guard checks the rest.
      if (hasBody(request)) this.requirePlausible(bearerOf(request));
      await keepRawBody(request, bodyBytes, this.pending);
    } catch (error) {
      if (error instanceof BodyTakenError) this.tellBodyTaken(error);
      const problem = error instanceof BodyTakenError ? bodyTaken(error) : error;
      if (!(problem instanceof ProblemError)) return next(problem);
      // The rest of the body is consumed unread, so that the sender gets to see the answer, but only for a limited time.
      response.once('finish', () => endSlowly(request));
      const refusal = describeRefusal(request, problem);
      if (refusal) this.trail?.refused(refusal, { who: null, reason: reasonOf(problem) });
      sendProblem(request, response, problem.toProblem());
      request.resume();
      return;
    }
    next();
  }

  /** @throws {ProblemError} `unauthenticated` (401) */
  private requirePlausible(token: string | null): void {
    if (token === null) throw noToken();
    if (!looksSigned(token) && !this.operator.matches(token)) throw wrongToken();
  }

  private tellBodyTaken({ message }: BodyTakenError): void {
    if (!this.toldOfBody) this.log.error(message);
    this.toldOfBody = true;
  }

  private controllers(): ControllerArea[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const options = this.reflector.get<SparkRouteOptions | undefined>(SPARK_CONTROLLER, metatype);
      if (!options) return [];
      const paths = [this.reflector.get<string | string[]>(PATH_METADATA, metatype)].flat();
      return [{ paths, bodyBytes: options.bodyBytes ?? BODY_BYTES }];
    });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Closes the connection of a sender that continues after it was answered. */
function endSlowly(request: IncomingMessage): void {
  if (request.complete) return;
  setTimeout(() => request.destroy(), AFTER_ANSWER_MS).unref();
}

type Next = (error?: unknown) => void;

function bodyTaken(error: BodyTakenError): ProblemError {
  return new ProblemError('unexpected', error.message, { cause: error });
}
