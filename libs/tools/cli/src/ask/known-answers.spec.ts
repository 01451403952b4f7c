import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.ts';
import { run } from '../run.ts';

const KEY = 'x'.repeat(43);

describe('A command that asks a module', () => {
  let server: Server;
  let url: string;
  let body: string;
  let status: number;
  const folder = mkdtempSync(join(tmpdir(), 'spark-cli-answers-'));
  const script = join(folder, 'cars.js');
  writeFileSync(script, 'loadToCars(this);');

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(request.url === '/spark/self-check' ? 404 : status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    server.close();
  });

  const ask = (command: string, code: number, text: string) => {
    [status, body] = [code, text];
    return run([...command.split(' '), '--module', 'Fleet', '--url', url, '--token', 't'], {});
  };

  const COMMANDS = [
    'keys show',
    `keys approve HR=${KEY}`,
    'config get',
    'config set batchDocuments=512',
    'config history',
    'config rollback',
    `etl preview --for HR --collection Cars --script ${script}`,
    'etl set-aside list',
    'etl set-aside retry',
    'verify --of Fleet/Cars --report',
    'verify --of Fleet/Cars',
  ];
  const OTHERS = [
    '[{}]',
    '[null]',
    '{}',
    'null',
    '"text"',
    '5',
    '<html>not here</html>',
    '',
    '{"tasks":[{}],"items":[{}],"scripts":[{}],"settings":[{}],"changed":[{}],"trusted":[{}]}',
    '{"tasks":[[]],"items":"x","scripts":[null],"settings":[5],"changed":{},"trusted":"k","state":"done"}',
  ];

  it.each(COMMANDS)('says that something else is there, whatever it answers: %s', async (command) => {
    for (const json of ['', ' --json'])
      for (const text of OTHERS) {
        const asked = ask(`${command}${json}`, 200, text);
        await expect(asked).rejects.toThrow(
          /answers 200, but not as Fleet does: another application .* --url/,
        );
        await expect(asked).rejects.toThrow(CliError);
      }
  });

  it.each(COMMANDS)('says that another application has nothing there: %s', async (command) => {
    const nest = JSON.stringify({ statusCode: 404, error: 'Not Found', message: 'Cannot GET /spark' });
    for (const text of [nest, '<html>', '', '[{}]'])
      await expect(ask(command, 404, text)).rejects.toThrow(/Is this Fleet, .*--url says where it is/);
  });

  it('shows what a module of another version says, if it has what is shown', async () => {
    const view = { module: 'HR', trusted: [KEY], registered: KEY, next: null, waitsForApproval: false };
    expect((await ask('keys show', 200, JSON.stringify([{ ...view, more: {} }]))).text).toBe(
      `HR: Fleet trusts ${KEY}`,
    );
  });
});
