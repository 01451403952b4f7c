import { createServer, type Socket } from 'node:net';

export interface ReceivedRequest {
  method: string;
  path: string;
  body: string;
}

/** A server on a bare socket: node:http cannot receive RavenDB's verb RESET. Answers what `answer` says, 404 for null. */
export async function startRawServer(answer: (request: ReceivedRequest) => object | null) {
  const received: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let buffered = '';
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      buffered += data.toString('utf8');
      for (;;) {
        const next = takeRequest(buffered);
        if (!next) return;
        buffered = next.rest;
        received.push(next.request);
        socket.write(toResponse(answer(next.request)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stub has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function takeRequest(text: string): { request: ReceivedRequest; rest: string } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [start = '', ...headers] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const length = headers.map((header) => /^content-length:\s*(\d+)$/i.exec(header)?.[1]).find(Boolean);
  const chunked = headers.some((header) => /^transfer-encoding:\s*chunked$/i.test(header));
  const rest = text.slice(end + 4);
  if (chunked) {
    const finish = rest.indexOf('0\r\n\r\n');
    if (finish < 0) return null;
    return { request: { method, path, body: unchunk(rest.slice(0, finish)) }, rest: rest.slice(finish + 5) };
  }
  const size = Number(length ?? 0);
  if (rest.length < size) return null;
  return { request: { method, path, body: rest.slice(0, size) }, rest: rest.slice(size) };
}

function unchunk(text: string): string {
  const line = text.indexOf('\r\n');
  if (line < 0) return '';
  const size = parseInt(text.slice(0, line), 16);
  return text.slice(line + 2, line + 2 + size) + unchunk(text.slice(line + 4 + size));
}

function toResponse(body: object | null): string {
  const text = JSON.stringify(body ?? { Type: 'Error', Message: 'not found' });
  const status = body ? '200 OK' : '404 Not Found';
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
