import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What becomes of a request that is not passed on. */
export type Refusal = (incoming: IncomingMessage, response: ServerResponse) => void;

export interface RefusingProxy {
  url: string;
  close(): void;
}

/**
 * Stands before RavenDB and refuses some writes, as a gateway or a rule of its operator would; everything else is passed on.
 * @param isRefused of a transaction's commands, as they are sent
 */
export async function refusingProxy(
  target: string,
  isRefused: (commands: string) => boolean,
  refuse: Refusal,
): Promise<RefusingProxy> {
  const server = createServer((incoming, response) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
      const { method = 'GET', url = '/' } = incoming;
      if (url.includes('bulk_docs') && isRefused(body.toString('utf8'))) return refuse(incoming, response);
      const answer = await fetch(`${target}${url}`, {
        method,
        ...(body.length > 0 ? { body, headers: { 'content-type': 'application/json' } } : {}),
      });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
