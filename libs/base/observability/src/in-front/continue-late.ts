import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { onHttpAdapter } from '../routes/on-http-adapter.ts';

/**
 * Sends `100 Continue` to a client that waits for it (`Expect: 100-continue`) only when something begins to read the body. Node
 * would do so immediately, and a body refused based on the headers alone (401, 413, 415) would be sent for nothing.
 */
@Injectable()
export class ContinueLate {
  constructor(host: HttpAdapterHost) {
    onHttpAdapter(host, (adapter) => {
      const server = adapter?.getHttpServer() as Server | undefined;
      // An application's own listener takes precedence.
      if (server && server.listenerCount('checkContinue') === 0) continueLate(server);
    });
  }
}

/** For a standalone server. */
export function continueLate(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const read = request.read.bind(request);
    // A client that got no `100 Continue` may send the body or not: what follows on the connection would be ambiguous.
    response.setHeader('Connection', 'close');
    // Every way of reading a body ends up here.
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
