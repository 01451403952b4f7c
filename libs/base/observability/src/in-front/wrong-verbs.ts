import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, RequestMethod, VersioningType } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { sendProblem } from '../problems/send-problem.ts';
import { configOf } from '../routes/application-config.ts';
import { readsBody, verbsInstead, verbTableOf, type VerbRoute, type VerbTable } from './find-verbs.ts';
import { leaveBody } from '../routes/left-body.ts';
import { methodNotAllowed } from '../routes/method-not-allowed.ts';
import { onHttpAdapter } from '../routes/on-http-adapter.ts';
import { requestTarget } from '../routes/request-target.ts';
import { routesOf } from '../routes/served.ts';
import { isSparkController, isSystemController } from '../routes/spark-route.ts';

/** How long an unwanted body may still come in. */
const AFTER_ANSWER_MS = 10_000;

/**
 * Answers a verb that no handler of a path accepts with 405 and `Allow`, where the platforms say 404: on Spark's routes, on those
 * of systems, and, in an application that imports `SparkProblemModule`, on all of them. On Fastify, which cannot be told to leave bodies
 * alone, it leaves those of systems to their routes. It runs before everything else, and takes verbs and paths from the handlers'
 * own decorators.
 */
@Injectable()
export class WrongVerbs {
  readonly #modules: ModulesContainer;
  readonly #moduleRef: ModuleRef;
  #isEverywhere = false;
  #table: VerbTable | null = null;

  constructor(host: HttpAdapterHost, modules: ModulesContainer, moduleRef: ModuleRef) {
    this.#modules = modules;
    this.#moduleRef = moduleRef;
    onHttpAdapter(host, (adapter) => {
      const isFastify = adapter?.getType() === 'fastify';
      adapter?.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
        const { method = '', url = '/' } = request;
        const path = pathIn(url);
        // By the first request, the application has declared everything about its routes.
        this.#table ??= this.#read();
        const verbs = path === null ? null : verbsInstead(this.#table, method, path);
        if (verbs !== null && (method !== 'OPTIONS' || /\/spark\//i.test(url)))
          return refuse(verbs, request, response);
        if (isFastify && path !== null && readsBody(this.#table, method, path)) leaveBody(request);
        next();
      });
    });
  }

  /** Covers the application's own routes too. */
  lookEverywhere(): void {
    this.#isEverywhere = true;
  }

  #read(): VerbTable {
    const config = configOf(this.#moduleRef);
    const versioning = config?.getVersioning();
    return verbTableOf(this.#routes(), {
      prefix: config?.getGlobalPrefix() ?? '',
      isVersioned: versioning?.type === VersioningType.URI,
    });
  }

  #routes(): VerbRoute[] {
    const controllers = [...this.#modules.values()].flatMap((one) => [...one.controllers.values()]);
    return controllers.flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const anywhere = isSparkController(metatype);
      const isSystem = isSystemController(metatype);
      const ours = anywhere || this.#isEverywhere || isSystem;
      return routesOf(metatype).map(({ path, method }) => ({
        path,
        verb: RequestMethod[method],
        ours,
        readsBody: isSystem,
        anywhere,
      }));
    });
  }
}

function refuse(verbs: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Allow', verbs.join(', '));
  sendProblem(request, response, methodNotAllowed(verbs).toProblem());
  passUnread(request);
}

function pathIn(url: string): string | null {
  try {
    return requestTarget(url);
  } catch {
    // Left to be refused by whoever has to parse it.
    return null;
  }
}

/** A client only sees the answer once its body is consumed; one that takes too long is cut off. */
function passUnread(request: IncomingMessage): void {
  request.resume();
  if (request.complete) return;
  const end = setTimeout(() => request.destroy(), AFTER_ANSWER_MS).unref();
  request.once('close', () => clearTimeout(end));
}
