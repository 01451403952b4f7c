import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const LAUNCH = join(import.meta.dirname, '../../apps/shared/launch.ts');
const PROGRAM = `
  import { launch } from ${JSON.stringify(LAUNCH)};
  await launch(async () => console.log(process.env.NODE_COMPILE_CACHE), {});
`;

it('A child of an app finds the compiled code in the folder of the app, whatever folder it runs in itself', async () => {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'compiled-')));
  const { NODE_COMPILE_CACHE: _cache, SPARK_DATA_DIR: _data, ...env } = process.env;
  const args = ['--max-semi-space-size=16', '--input-type=module', '--eval', PROGRAM];
  try {
    const said = execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    expect(said.trim()).toBe(join(folder, '.spark', 'compiled'));
  } finally {
    await rm(folder, { recursive: true });
  }
});
