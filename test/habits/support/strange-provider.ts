import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity provider that answers whatever it is told to. */
export class StrangeProvider {
  url = '';
  /** How often tokens were asked for. */
  asked = 0;
  status = 200;
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
  answer: Readonly<Record<string, unknown>> = {
    access_token: 'a-token',
    token_type: 'Bearer',
    expires_in: 300,
  };
  /** What its description has beside or instead of what is usual. */
  description: Readonly<Record<string, unknown>> = {};
  readonly #server: Server = createServer((request, response) => this.#serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (request.url?.startsWith('/token')) {
      this.asked += 1;
      response.writeHead(this.status, this.headers).end(JSON.stringify(this.answer));
      return;
    }
    const description = { issuer: this.url, token_endpoint: `${this.url}/token`, ...this.description };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(description));
  }
}
