import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { onHttpAdapter } from '../routes/on-http-adapter.ts';

type Done = (error: Error | null, value?: unknown) => void;
type BodyParser = (request: unknown, body: string | Buffer, done: Done) => void;

/** What this needs of Fastify. */
interface FastifyInstance {
  getDefaultJsonParser(...actions: unknown[]): BodyParser;
}

type ExpressRequest = IncomingMessage & { body?: unknown };
type Next = (error?: unknown) => void;

/** What this needs of Nest's adapter for Express. */
interface ExpressAdapter {
  registerParserMiddleware(...options: unknown[]): void;
  use(handler: (error: unknown, request: ExpressRequest, response: ServerResponse, next: Next) => void): void;
}

/**
 * Makes the JSON parsers of Express and Fastify take the same bodies: an empty one, or one of white space, counts as an empty
 * object. Fastify's errors also get the text that was refused, without which nobody could say what is wrong with it. An
 * application's own parsers are not affected.
 */
@Injectable()
export class ParseAlike {
  constructor(host: HttpAdapterHost) {
    onHttpAdapter(host, (adapter) => {
      if (adapter?.getType() === 'fastify') onFastify(adapter.getInstance<FastifyInstance>());
      if (adapter?.getType() === 'express') onExpress(adapter as unknown as ExpressAdapter);
    });
  }
}

/** Nest asks Fastify for this parser for every body. */
function onFastify(fastify: FastifyInstance): void {
  const parserFor = fastify.getDefaultJsonParser.bind(fastify);
  fastify.getDefaultJsonParser = (...actions) => {
    const parse = parserFor(...actions);
    return (request, body, done) => {
      if (isBlank(body)) return done(null, {});
      parse(request, body, (error, value) =>
        done(error && Object.assign(error, { body: String(body) }), value),
      );
    };
  };
}

/** Express's parser takes a body without bytes itself, and refuses white space with an error that carries it. */
function onExpress(adapter: ExpressAdapter): void {
  const register = adapter.registerParserMiddleware.bind(adapter);
  adapter.registerParserMiddleware = (...options) => {
    register(...options);
    adapter.use((error, request, _response, next) => {
      const { type, body } = error as { type?: unknown; body?: unknown };
      if (type !== 'entity.parse.failed' || typeof body !== 'string' || !isBlank(body)) return next(error);
      request.body = {};
      next();
    });
  };
}

const isBlank = (body: string | Buffer): boolean => !/\S/.test(String(body));
