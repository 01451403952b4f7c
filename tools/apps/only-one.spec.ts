import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { elsewhere } from './only-one.ts';

const CODE = `import { onlyOne } from ${JSON.stringify(join(import.meta.dirname, 'only-one.ts'))};
await onlyOne('npm start').catch((error) => (console.log(error.message), process.exit(0)));
console.log('runs');
await new Promise((resolve) => process.stdin.once('end', resolve).resume());
process.exit();
`;
const ARGUMENTS = [
  '--conditions=@nestjs-spark/source',
  '--input-type=module',
  '--eval',
  CODE,
  '--',
  'main.ts',
  '--once',
];

it('A second demonstration in one folder names the first, and what to type instead; one after it just runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spark-only-one_'));
  const env = { ...process.env, SPARK_DATA_DIR: folder };
  for (const _ of [1, 2]) {
    const first = spawn(process.execPath, ARGUMENTS, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(first.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('runs\n');
    const { stdout } = await promisify(execFile)(process.execPath, ARGUMENTS, { env });
    expect(stdout).toContain(
      `"npm start" is already running on ${folder}, as process ${first.pid}. Stop that one with Ctrl-C`,
    );
    expect(stdout).toContain(`SPARK_DATA_DIR=${folder}-2 npm start -- --once`);
    first.stdin.end();
    await once(first, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ['.spark', ['--once'], 'SPARK_DATA_DIR=.spark-2 npm start -- --once'],
  ['.spark-2', [], 'SPARK_DATA_DIR=.spark-3 npm start'],
  ['/my data/', ["it's"], String.raw`SPARK_DATA_DIR='/my data-2' npm start -- 'it'\''s'`],
])('What to type instead beside a run on %s with %j is %s', (folder, args, typed) => {
  expect(elsewhere(folder, 'npm start', args)).toBe(typed);
});
