import { expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const preload = new URL('./end-with-parent.ts', import.meta.url).href;

function start(program: string, env: Record<string, string>): ChildProcess {
  const { JEST_WORKER_ID: _, ...own } = process.env;
  return spawn(process.execPath, [`--import=${preload}`, '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...own, ...env },
  });
}

it.each([
  ['Jest', {}],
  ['a worker', { JEST_WORKER_ID: '1' }],
])('%s ends when its parent does, whatever it is at', async (_title, env) => {
  const child = start("process.send('up'); setInterval(() => undefined, 1000)", env);
  await once(child, 'message');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([1, null]);
});

it('Jest ends by itself when it has nothing more to do', async () => {
  expect(await once(start('', {}), 'exit')).toEqual([0, null]);
});

it('a worker waits for what its parent has for it', async () => {
  const child = start("process.on('message', (text) => process.exit(text.code)); process.send('up')", {
    JEST_WORKER_ID: '1',
  });
  await once(child, 'message');
  child.send({ code: 7 });
  expect(await once(child, 'exit')).toEqual([7, null]);
});

it('a worker ends by itself when it no longer listens for anything', async () => {
  const program =
    "process.on('message', function done() { process.off('message', done) }); process.send('up')";
  const child = start(program, { JEST_WORKER_ID: '1' });
  await once(child, 'message');
  child.send('done');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
