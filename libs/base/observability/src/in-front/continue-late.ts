import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/**
 * Asks a sender who waits for it (`Expect: 100-continue`) for the body when somebody begins to read it: Node would do so at once, and
 * a body that is refused by what is known before (401, 413, 415) would be sent for nothing.
 */
@Injectable()
export class ContinueLate {
  constructor(host: HttpAdapterHost) {
    host.init$.subscribe(() => {
      const server = host.httpAdapter?.getHttpServer() as Server | undefined;
      // An application that has its own way keeps it.
      if (server && server.listenerCount('checkContinue') === 0) continueLate(server);
    });
  }
}

/** For a server by itself. */
export function continueLate(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const read = request.read.bind(request);
    // A sender that has not been asked may send the body or not: what follows on the connection cannot be told apart.
    response.setHeader('Connection', 'close');
    // However a body is read, it comes to this.
    request.read = (size?: number) => {
      request.read = read;
      if (!response.headersSent) {
        response.removeHeader('Connection');
        response.writeContinue();
      }
      return read(size);
    };
    server.emit('request', request, response);
  });
}
