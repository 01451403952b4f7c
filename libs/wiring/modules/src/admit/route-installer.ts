import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, RequestMethod } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, HttpAdapterHost, Reflector } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { logFor, routesOf, sendProblem } from '@nestjs-spark/observability/internal';
import { keepRawBody } from './raw-body.ts';
import { BodyTakenError } from './parsed-before.ts';
import { type ControllerRoutes, findRoute, type RouteTable, tableOf } from './routes.ts';
import { SPARK_CONTROLLER, type SparkRouteOptions } from './spark-controller.ts';

const BODY_BYTES = 256 * 1024;

/**
 * Stands in front of the application's body parsers for every `SparkController`, on Express and on Fastify. Nest mounts
 * those when the application initializes, and the adapter is known just before that: this is the one moment, and it asks
 * nothing of the application's `main.ts`. Without HTTP there is nothing to stand in front of, which is said once.
 */
@Injectable()
export class RouteInstaller {
  private readonly log = logFor('SparkRoutes');
  private readonly discovery: DiscoveryService;
  private readonly reflector: Reflector;
  private toldOfBody = false;

  constructor(host: HttpAdapterHost, discovery: DiscoveryService, reflector: Reflector) {
    this.discovery = discovery;
    this.reflector = reflector;
    host.init$.subscribe(() => {
      // Nest says null where there is none, which its types do not.
      const adapter = host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
      if (!adapter) return this.tellNoHttp();
      const table = tableOf(this.controllers());
      adapter.use(
        (request: IncomingMessage, response: ServerResponse, next: Next) =>
          void this.admit(table, request, response, next),
      );
    });
  }

  private tellNoHttp(): void {
    this.log.warn(
      'This application has no HTTP: its copies arrive as ever, but no other module can ask it for its documents, and ' +
        '/spark, /health and /metrics are not there. To be an owner, create it with NestFactory.create() and listen',
    );
  }

  private async admit(
    table: RouteTable,
    request: IncomingMessage,
    response: ServerResponse,
    next: Next,
  ): Promise<void> {
    const found = findRoute(table, request.url ?? '');
    if (!found) return next();
    try {
      if (found.verbs && !found.verbs.includes(request.method ?? '')) throw refuseVerb(found.verbs, response);
      await keepRawBody(request, found.bodyBytes);
    } catch (error) {
      if (error instanceof BodyTakenError) this.tellBodyTaken(error);
      const problem = error instanceof BodyTakenError ? bodyTaken(error) : error;
      if (!(problem instanceof ProblemError)) return next(problem);
      sendProblem(request, response, problem.toProblem());
      // What is still on its way is let through unread, so that the sender gets to see the answer.
      request.resume();
      return;
    }
    next();
  }

  private tellBodyTaken({ message }: BodyTakenError): void {
    if (!this.toldOfBody) this.log.error(message);
    this.toldOfBody = true;
  }

  private controllers(): ControllerRoutes[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const options = this.reflector.get<SparkRouteOptions | undefined>(SPARK_CONTROLLER, metatype);
      if (!options) return [];
      const routes = routesOf(metatype).map(({ path, method }) => ({ path, verb: RequestMethod[method] }));
      const paths = [this.reflector.get<string | string[]>(PATH_METADATA, metatype)].flat();
      return [{ paths, bodyBytes: options.bodyBytes ?? BODY_BYTES, routes }];
    });
  }
}

type Next = (error?: unknown) => void;

function bodyTaken(error: BodyTakenError): ProblemError {
  return new ProblemError('unexpected', error.message, { cause: error });
}

function refuseVerb(verbs: readonly string[], response: ServerResponse): ProblemError {
  const allow = verbs.join(', ');
  response.setHeader('Allow', allow);
  return new ProblemError('methodNotAllowed', `Only ${allow} is answered here.`);
}
