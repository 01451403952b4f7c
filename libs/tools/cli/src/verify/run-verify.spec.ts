import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerifiedTask, VerifyReport } from '@nestjs-spark/replication';
import { runVerify } from './run-verify.ts';

const inOrder: VerifiedTask = {
  task: 'Cars',
  state: 'done',
  reason: null,
  repair: false,
  progress: 1,
  checked: 3,
  equal: 3,
  missing: 0,
  stale: 0,
  ghost: 0,
  foreign: 0,
  repaired: 0,
  examples: [],
};
const done: VerifyReport = {
  state: 'done',
  depth: 'content',
  tasks: [
    {
      ...inOrder,
      equal: 2,
      stale: 1,
      examples: [{ id: 'cars/7', kind: 'stale', reason: 'it is another one' }],
    },
  ],
  startedAt: '2026-11-26T03:00:00.000Z',
  endedAt: '2026-11-26T03:00:01.000Z',
  sourceEtag: 9,
};

describe('nestjs-spark verify', () => {
  let server: Server;
  let asked: string[];
  /** What GET answers, one after the other; then the last one. */
  let reports: VerifyReport[];

  const answer = (): VerifyReport | undefined => (reports.length > 1 ? reports.shift() : reports[0]);

  beforeEach(async () => {
    asked = [];
    reports = [done];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.url === '/spark/self-check') return response.writeHead(404).end();
        asked.push(`${request.method} ${request.url} ${body}`);
        const isBegun = request.method === 'POST';
        response.statusCode = isBegun ? 202 : 200;
        response.end(JSON.stringify(isBegun ? { ...done, state: 'running', endedAt: null } : answer()));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    server.close();
  });

  const run = (...options: string[]) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const argv = ['--module', 'HR', '--of', 'Fleet/Cars', '--url', url, ...options];
    return runVerify(argv, { SPARK_OPERATOR_TOKEN: 'token' });
  };

  it('waits until the comparison is done, says what was found, and fails where something is not in order', async () => {
    reports = [{ ...done, tasks: done.tasks.map((task) => ({ ...task, repair: true })) }];
    const { exitCode, text } = await run('--repair', '--task', 'Cars');
    expect(exitCode).toBe(1);
    expect(text).toMatch(/1 stale.*; 0 repaired$\n {2}! cars\/7 {2}stale: it is another one/m);
    expect(asked).toEqual([
      'POST /spark/replication/Fleet/Cars/verify {"repair":true,"task":"Cars"}',
      'GET /spark/replication/Fleet/Cars/verify ',
    ]);
  });

  it('only shows the last report, or only begins, when that is wanted', async () => {
    expect(JSON.parse((await run('--report', '--json')).text)).toEqual(done);
    expect((await run('--no-wait')).text).toMatch(/running, since/);
    expect(asked).toHaveLength(2);
  });

  it('waits for the given task only and judges by it, whatever the others of the collection have come to', async () => {
    const other: VerifiedTask = { ...inOrder, task: 'Other', state: 'waiting', reason: 'it waits', stale: 2 };
    reports = [{ ...done, state: 'waiting', endedAt: null, tasks: [other, inOrder] }];
    const { exitCode, text } = await run('--task', 'cars');
    expect(exitCode).toBe(0);
    expect(text).not.toMatch(/Other/);
    await expect(run('--report', '--task', 'Trucks')).rejects.toMatchObject({ exitCode: 1 });
  });

  it('says that nothing is repaired where a comparison without repair was under way', async () => {
    expect((await run('--repair')).text).toMatch(
      /repairs nothing: a comparison without --repair was under way/,
    );
    expect((await run()).text).not.toMatch(/repairs nothing/);
    reports = [{ ...done, tasks: [{ ...inOrder, repair: true }] }];
    expect((await run('--repair')).text).not.toMatch(/repairs nothing/);
  });

  it('says once what it waits for', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const waiting: VerifiedTask = { ...inOrder, state: 'waiting', reason: 'the owner is away' };
    const report: VerifyReport = { ...done, state: 'waiting', tasks: [waiting] };
    reports = [report, report, done];
    await run();
    expect(said.mock.calls).toEqual([['Cars waits: the owner is away']]);
  });

  it.each([
    [['--of', 'Cars'], /--of Fleet\/Cars/],
    [['--depth', 'all'], /content or ids/],
  ])('refuses %j and says what is right', async (options, message) => {
    await expect(run(...options)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });
});
