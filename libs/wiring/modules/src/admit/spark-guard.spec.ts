import type { ExecutionContext } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import {
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnsweredRequest, AuditTrail } from '../audit/audit-trail.ts';
import { OperatorToken } from '../identify/operator-token.ts';
import type { TokenVerifier } from '../identify/token-verifier.ts';
import { SparkGuard } from './spark-guard.ts';

const TOKEN = 'an-operator-token-for-specs';

describe('A request for a change', () => {
  const answered: AnsweredRequest[] = [];
  const trail = { answered: (one: AnsweredRequest) => answered.push(one), reasonOf: () => null };
  const guard = new SparkGuard({} as TokenVerifier, new OperatorToken(TOKEN), trail as unknown as AuditTrail);
  let server: Server;

  afterEach(() => {
    server.close();
    answered.length = 0;
  });

  async function ask(handle: (response: ServerResponse, leave: () => void) => void): Promise<void> {
    let leave = (): void => undefined;
    server = createServer((incoming, response) => {
      void guard.canActivate(contextOf(incoming, response)).then(() => handle(response, () => leave()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${TOKEN}` };
    const sent = send({ port, host: '127.0.0.1', path: '/spark/tasks/rerun?x=1', method: 'POST', headers });
    sent.on('error', () => undefined);
    sent.on('response', (response) => void response.resume());
    leave = () => void sent.destroy();
    sent.end();
  }

  it('is recorded with its answer', async () => {
    await ask((response) => response.writeHead(202).end());
    await eventually(() => answered.length === 1);
    expect(answered).toMatchObject([
      { method: 'POST', path: '/spark/tasks/rerun', status: 202, reason: null },
    ]);
  });

  it('is recorded although its sender does not wait for the answer', async () => {
    await ask((_, leave) => leave());
    await eventually(() => answered.length === 1);
    expect(answered).toMatchObject([
      { path: '/spark/tasks/rerun', status: 499, reason: expect.stringContaining('may have been done') },
    ]);
  });
});

function contextOf(request: IncomingMessage, response: ServerResponse): ExecutionContext {
  const http = { getRequest: () => request, getResponse: () => response };
  return { switchToHttp: () => http, getHandler: () => contextOf } as unknown as ExecutionContext;
}
