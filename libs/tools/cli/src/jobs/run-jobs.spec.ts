import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { runJobs } from './run-jobs.ts';

/** An address on this machine at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe('jobs check-backend', () => {
  it('asks for the address where none is given', async () => {
    await expect(runJobs(['check-backend'], {})).rejects.toThrow('The command is check-backend URL.');
  });

  it('says once, with the address, that a backend cannot be reached', async () => {
    const url = await deadUrl();
    const { exitCode, text } = await runJobs(['check-backend', url], {});
    expect(exitCode).toBe(1);
    expect(text.match(/FAILED/g)).toHaveLength(1);
    expect(text).toContain(`The backend ${url} cannot be reached`);
  });

  it.each(['[{}]', '<html>', 'null', '"text"'])(
    'says at once that what answers is not a backend: %s',
    async (said) => {
      const server = createHttpServer((request, response) => {
        request.resume();
        response.end(said);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { exitCode, text } = await runJobs(['check-backend', url], {});
      server.closeAllConnections();
      server.close();
      expect(exitCode).toBe(1);
      expect(text.match(/FAILED/g)).toEqual(['FAILED']);
      expect(text).toContain('FAILED  a run that was never started is unknown');
    },
  );
});
