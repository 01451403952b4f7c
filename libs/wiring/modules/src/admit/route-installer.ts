import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, HttpAdapterHost, MetadataScanner, Reflector } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { sendProblem } from '@nestjs-spark/observability/internal';
import { UnsupportedPlatformError } from './unsupported-platform-error.ts';
import { keepRawBody } from './raw-body.ts';
import { type ControllerRoutes, findRoute, type RouteTable, tableOf } from './routes.ts';
import { SPARK_CONTROLLER, type SparkRouteOptions } from './spark-controller.ts';

const BODY_BYTES = 256 * 1024;

/**
 * Runs before the application's body parsers for every `SparkController`. Nest mounts those when the application
 * initializes, and the adapter is known just before that: this is the one moment, and it asks nothing of the
 * application's `main.ts`.
 */
@Injectable()
export class RouteInstaller {
  private readonly discovery: DiscoveryService;
  private readonly reflector: Reflector;
  private readonly scanner = new MetadataScanner();

  /** @throws {UnsupportedPlatformError} on a platform where the bytes of a request are not available; ends the start */
  constructor(host: HttpAdapterHost, discovery: DiscoveryService, reflector: Reflector) {
    this.discovery = discovery;
    this.reflector = reflector;
    requireExpress(host);
    host.init$.subscribe(() => {
      const table = tableOf(this.controllers());
      host.httpAdapter.use(
        (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) =>
          void admit(table, request, response, next),
      );
    });
  }

  private controllers(): ControllerRoutes[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const options = this.reflector.get<SparkRouteOptions | undefined>(SPARK_CONTROLLER, metatype);
      if (!options) return [];
      const prototype = metatype.prototype as Record<string, () => unknown>;
      const handlers = this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        if (!handler) return [];
        const paths = this.reflector.get<string | string[] | undefined>(PATH_METADATA, handler);
        const method = this.reflector.get<RequestMethod | undefined>(METHOD_METADATA, handler);
        if (paths === undefined || method === undefined) return [];
        return [{ paths: [paths].flat(), verb: RequestMethod[method] }];
      });
      const paths = [this.reflector.get<string | string[]>(PATH_METADATA, metatype)].flat();
      return [{ paths, bodyBytes: options.bodyBytes ?? BODY_BYTES, handlers }];
    });
  }
}

async function admit(
  table: RouteTable,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  const found = findRoute(table, request.url ?? '');
  if (!found) return next();
  try {
    if (found.verbs && !found.verbs.includes(request.method ?? '')) throw refuseVerb(found.verbs, response);
    await keepRawBody(request, found.bodyBytes);
  } catch (error) {
    if (!(error instanceof ProblemError)) return next(error);
    sendProblem(request, response, error.toProblem());
    // What is still on its way is let through unread, so that the sender gets to see the answer.
    request.resume();
    return;
  }
  next();
}

function refuseVerb(verbs: readonly string[], response: ServerResponse): ProblemError {
  const allow = verbs.join(', ');
  response.setHeader('Allow', allow);
  return new ProblemError('methodNotAllowed', `Only ${allow} is answered here.`);
}

// Without the bytes no module's token can be checked: each request would be refused, and nobody would see why.
function requireExpress({ httpAdapter }: HttpAdapterHost): void {
  if (httpAdapter?.getType?.() === 'fastify') throw new UnsupportedPlatformError();
}
