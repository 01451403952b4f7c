import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as a handler receives it: Express passes Node's own, Fastify wraps it. */
export type PlatformRequest = IncomingMessage | { raw: IncomingMessage };

/** Fastify's reply. Its plugins (CORS and the like) only see what goes through it, so it is not bypassed. */
interface FastifyReply {
  raw: ServerResponse;
  sent: boolean;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

/** A response as a handler receives it. */
export type PlatformResponse = ServerResponse | FastifyReply;

export interface TextAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Node's own request, which identifies a request on every platform. */
export function nodeRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** Sends a complete answer. One that has already begun cannot be taken back: its connection is closed. */
export function sendText(request: PlatformRequest, response: PlatformResponse, answer: TextAnswer): void {
  const node = 'raw' in response ? response.raw : response;
  if (node.headersSent) {
    node.destroy();
    return;
  }
  const { status, headers, body } = answer;
  if ('raw' in response) {
    response.code(status);
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
    // For text Fastify would change the content type, and RFC 9457's has no charset.
    response.send(Buffer.from(body));
    return;
  }
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(nodeRequest(request).method === 'HEAD' ? undefined : body);
}
