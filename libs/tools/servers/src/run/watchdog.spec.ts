import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from '@jest/globals';
import { isAlive } from '../fetch/lock.ts';
import { describeWithOwnServers, eventually } from '../../testing/index.ts';

const program = fileURLToPath(new URL('../fixtures/parent.ts', import.meta.url));

interface Told {
  pid: number;
  dataDir: string;
}

type Parent = ChildProcess & { told: Promise<Told[]> };

function startParent(): Parent {
  const env = { ...process.env, RAVENDB_URLS: '', NATS_URL: '' };
  const parent = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const told = once(parent.stdout, 'data').then(([line]) => JSON.parse(String(line)) as Told[]);
  return Object.assign(parent, { told });
}

describeWithOwnServers(['ravendb', 'nats'], 'a parent that ends', () => {
  // Concurrently: their servers take long to start.
  let parents: Parent[];
  beforeAll(async () => {
    parents = Array.from({ length: 4 }, startParent);
    await Promise.all(parents.map(({ told }) => told));
  });
  const nextParent = () => parents.pop() as Parent;

  it.each([
    ['kill -9', (parent: ChildProcess) => parent.kill('SIGKILL')],
    ['Ctrl-C', (parent: ChildProcess) => parent.kill('SIGINT')],
    ['an uncaught error', (parent: ChildProcess) => parent.stdin?.write('crash\n')],
  ])('by %s leaves no server process and no temporary data behind', async (_name, end) => {
    const parent = nextParent();
    const servers = await parent.told;
    expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    end(parent);
    await eventually(() => servers.every(({ pid, dataDir }) => !isAlive(pid) && !existsSync(dataDir)));
  });

  it('by kill -9 leaves not even a server that is frozen', async () => {
    const parent = nextParent();
    const servers = await parent.told;
    for (const { pid } of servers) process.kill(pid, 'SIGSTOP');
    parent.kill('SIGKILL');
    await eventually(() => servers.every(({ pid, dataDir }) => !isAlive(pid) && !existsSync(dataDir)));
  });
});
