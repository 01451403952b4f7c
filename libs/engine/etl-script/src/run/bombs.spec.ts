import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

/** What the process may grow by over itself with one worker at rest, in MiB. */
const MOST = 120;
/** How applications are to be started (docs/operating/memory.md): otherwise what counts is when V8 collects and glibc gives back. */
const FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=100'];

/** Beside each other, in a process each, so that neither counts the other's memory. */
const GROUPS = [
  ['memory', 'output', 'copies'],
  ['projection', 'completed', 'language'],
];

it('Scripts that want as much memory as they can get leave the process within its bounds', async () => {
  const grown = (await Promise.all(GROUPS.map(grownBy))).flat();
  expect(grown.map(([name]) => name)).toEqual(GROUPS.flat());
  expect(grown.filter(([, mebibytes]) => mebibytes > MOST)).toEqual([]);
}, 600_000);

async function grownBy(names: readonly string[]): Promise<[string, number][]> {
  const bombs = fileURLToPath(new URL('../../testing/bombs.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...FLAGS, '--conditions=@nestjs-spark/source', '--expose-gc', bombs, ...names],
    { timeout: 600_000, env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' } },
  );
  return Object.entries(JSON.parse(stdout) as Record<string, number>);
}
