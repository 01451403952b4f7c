import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const CODE = `import { onlyOne } from ${JSON.stringify(join(import.meta.dirname, 'only-one.ts'))};
await onlyOne('npm start').catch((error) => (console.log(error.message), process.exit(0)));
console.log('runs');
await new Promise((resolve) => process.stdin.once('end', resolve).resume());
process.exit();
`;
const ARGUMENTS = ['--conditions=@nestjs-spark/source', '--input-type=module', '--eval', CODE];

it('A second demonstration in one folder names the first, and what to type instead; one after it just runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spark-only-one-'));
  const env = { ...process.env, SPARK_DATA_DIR: folder };
  for (const _ of [1, 2]) {
    const first = spawn(process.execPath, ARGUMENTS, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(first.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('runs\n');
    const { stdout } = await promisify(execFile)(process.execPath, ARGUMENTS, { env });
    expect(stdout).toContain(
      `Another "npm start" runs in this folder, as process ${first.pid}. End it with Ctrl-C`,
    );
    expect(stdout).toContain('SPARK_DATA_DIR=.spark-2 npm start');
    first.stdin.end();
    await once(first, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});
