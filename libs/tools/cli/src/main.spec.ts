import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const main = join(import.meta.dirname, 'main.ts');
const root = join(import.meta.dirname, '../../../..');

/** Runs it with a Node that says it is of this version. */
function runOn(version: string) {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const words = [
    '--conditions=@nestjs-spark/source',
    '--import',
    `data:text/javascript,${pretend}`,
    main,
    '--help',
  ];
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

it('On a Node that is too old the command says which it needs and what to do, before anything else is loaded', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [, least = ''] = /^>=(\d+\.\d+)\.0$/.exec(engines.node) ?? [];
  for (const version of ['20.20.2', '22.18.0']) {
    const { status, stderr, stdout } = runOn(version);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`needs Node ${least} or newer, and this is Node ${version}`);
  }
  expect(runOn(`${least}.0`)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/ servers +RavenDB and NATS/),
  });
  expect(readFileSync(main, 'utf8')).not.toMatch(/^import /m);
});

const SOURCE = ['--conditions=@nestjs-spark/source', main];

it('A command whose reader stops early ends as if it had been asked to, without a stack trace', async () => {
  const command = spawn(process.execPath, [...SOURCE, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  command.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  command.stdout.destroy();
  const [, signal] = (await once(command, 'close')) as [number | null, NodeJS.Signals | null];
  expect({ signal, said: Buffer.concat(said).toString() }).toEqual({ signal: 'SIGTERM', said: '' });
});

it('What the system refuses is reported in one line, without a stack trace', () => {
  const words = [...SOURCE, 'init', 'share', 'Order', '--with', 'Billing', '--dir', main];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^ENOTDIR: not a directory, open '.*main\.ts\/package\.json'\n$/),
  });
});

it.each([[['deploy', '--json']], [['init', 'share', '--json']], [['dataflow', 'list', '--json=true']]])(
  'A command that is asked for JSON and fails prints JSON, and nothing else: %j',
  (words) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...SOURCE, ...words], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ error: { message: expect.stringMatching(/deploy|--json/) } });
  },
);
