import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { onHttpAdapter } from '../routes/on-http-adapter.ts';

type Done = (error: Error | null, value?: unknown) => void;
type BodyParser = (request: unknown, body: string | Buffer, done: Done) => void;

/** What this needs of Fastify. */
interface FastifyInstance {
  getDefaultJsonParser(...actions: unknown[]): BodyParser;
}

/**
 * Makes Fastify's JSON parser behave as Express's: it takes an empty body for an empty object, and its error carries the text that
 * it refused, without which nobody could say what is wrong with it. Nest asks Fastify for this parser for every body. The
 * application's own parsers are not affected.
 */
@Injectable()
export class ParseAsExpress {
  constructor(host: HttpAdapterHost) {
    onHttpAdapter(host, (adapter) => {
      if (adapter?.getType() === 'fastify') parseAsExpress(adapter.getInstance<FastifyInstance>());
    });
  }
}

function parseAsExpress(fastify: FastifyInstance): void {
  const parserFor = fastify.getDefaultJsonParser.bind(fastify);
  fastify.getDefaultJsonParser = (...actions) => {
    const parse = parserFor(...actions);
    return (request, body, done) => {
      if (body.length === 0) return done(null, {});
      parse(request, body, (error, value) =>
        done(error && Object.assign(error, { body: String(body) }), value),
      );
    };
  };
}
