import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const LAUNCH = join(import.meta.dirname, '../../apps/shared/launch.ts');
const programOf = (options: object): string => `
  import { launch } from ${JSON.stringify(LAUNCH)};
  await launch(async () => console.log(process.env.NODE_COMPILE_CACHE), {}, ${JSON.stringify(options)});
`;

async function folderOfCompiled(options: object): Promise<{ folder: string; said: string }> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'compiled-')));
  const { NODE_COMPILE_CACHE: _cache, SPARK_DATA_DIR: _data, ...env } = process.env;
  const args = ['--max-semi-space-size=16', '--input-type=module', '--eval', programOf(options)];
  try {
    return {
      folder,
      said: execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }).trim(),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('A child of an app finds the compiled code in the folder of the app, whatever folder it runs in', async () => {
  const { folder, said } = await folderOfCompiled({});
  expect(said).toBe(join(folder, '.spark', 'compiled'));
});

it('An app that rarely starts keeps no compiled code for its next start', async () => {
  expect((await folderOfCompiled({ keepsCompiled: false })).said).toBe('undefined');
});
