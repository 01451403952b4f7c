import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { freePort } from '@nestjs-spark/servers/internal';

/** Stands between client and server; can be taken away, forbid paths as a certificate without rights would, or keep answers. */
export async function startProxy(target: string) {
  const { hostname, port } = new URL(target);
  const forbidden: RegExp[] = [];
  let kept: { pattern: RegExp; until: Promise<void>; answered: () => void } | null = null;
  const sockets = new Set<Socket>();
  const forward = (incoming: IncomingMessage, response: ServerResponse) => {
    if (forbidden.some((pattern) => pattern.test(incoming.url ?? ''))) {
      response.writeHead(403).end('{"Type":"AuthorizationException","Message":"forbidden"}');
      return;
    }
    const { url = '/', method = 'GET', headers } = incoming;
    const outgoing = request({ hostname, port, path: url, method, headers }, (answer) => {
      const pass = () => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      };
      if (!kept?.pattern.test(url)) return pass();
      kept.answered();
      void kept.until.then(pass);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  };
  const server = createServer(forward);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming, socket, head) => {
    const upstream = connect(Number(port), hostname, () => {
      const headers = incoming.rawHeaders.reduce(
        (text, part, index) => text + part + (index % 2 === 0 ? ': ' : '\r\n'),
        '',
      );
      upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  // Not one that a connection may be given while this is down.
  const own = await freePort();
  await listen(own);
  const down = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${own}`,
    forbid: (pattern: RegExp) => forbidden.push(pattern),
    /** Keeps back answers that the server has given; `answered` resolves with the first one. */
    keep: (pattern: RegExp) => {
      const [until, first] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      kept = { pattern, until: until.promise, answered: first.resolve };
      return {
        answered: first.promise,
        release: () => {
          kept = null;
          until.resolve();
        },
      };
    },
    down,
    up: () => listen(own),
  };
}
