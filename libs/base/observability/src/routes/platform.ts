import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as a handler has it: Express gives Node's own, Fastify one around it. */
export type PlatformRequest = IncomingMessage | { raw: IncomingMessage };

/** What Fastify answers with. Its plugins (CORS and the like) see only what goes through it, so it is not gone around. */
interface FastifyReply {
  raw: ServerResponse;
  sent: boolean;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

/** An answer as a handler has it. */
export type PlatformResponse = ServerResponse | FastifyReply;

export interface TextAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Node's own request, by which what is known of a request is remembered on every platform. */
export function nodeRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** Sends a whole answer. One that has begun already cannot be taken back: its connection is closed. */
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
    // Of a text Fastify would change the type, and RFC 9457's has no charset.
    response.send(Buffer.from(body));
    return;
  }
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(nodeRequest(request).method === 'HEAD' ? undefined : body);
}
