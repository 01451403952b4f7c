import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const MAIN = join(import.meta.dirname, 'main.ts');

it.each(['lst', 'get', 'validate nope.yaml'])('npm run dataflow -- %s --json fails in JSON', (line) => {
  const words = ['--conditions=@nestjs-spark/source', MAIN, ...line.split(' '), '--json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({ error: { message: expect.any(String) } });
  expect(stderr).toBe('');
  expect(status).toBe(2);
});
