import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

type Done = (error: Error | null, value?: unknown) => void;
type BodyParser = (request: unknown, body: string | Buffer, done: Done) => void;

/** What this needs of Fastify. */
interface FastifyInstance {
  getDefaultJsonParser(...actions: unknown[]): BodyParser;
}

/**
 * Has Fastify's JSON parser leave the text that it refuses on its error, as Express's parser does: otherwise nobody could say what is wrong with
 * it. Nest asks Fastify for that parser with every body. A parser of the application's own is not touched.
 */
@Injectable()
export class KeepRefusedText {
  constructor(host: HttpAdapterHost) {
    host.init$.subscribe(() => {
      // Nest returns null when there is none, contrary to its types.
      const adapter = host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
      if (adapter?.getType() === 'fastify') keepRefusedText(adapter.getInstance<FastifyInstance>());
    });
  }
}

function keepRefusedText(fastify: FastifyInstance): void {
  const parserFor = fastify.getDefaultJsonParser.bind(fastify);
  fastify.getDefaultJsonParser = (...actions) => {
    const parse = parserFor(...actions);
    return (request, body, done) =>
      parse(request, body, (error, value) =>
        done(error && Object.assign(error, { body: String(body) }), value),
      );
  };
}
