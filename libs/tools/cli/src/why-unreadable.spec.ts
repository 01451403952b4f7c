import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { whyUnreadable } from './why-unreadable.ts';

const tried = (path: string): Promise<string> =>
  readFile(path).then(
    () => 'read',
    (error: unknown) => whyUnreadable(path, error),
  );

it('A file that cannot be read is named with what is wrong with it', async () => {
  const missing = join(tmpdir(), 'spark-none', 'adults.yaml');
  expect(await tried(missing)).toBe(`There is no file ${missing}`);
  expect(await tried(tmpdir())).toBe(`${tmpdir()} is a folder, not a file`);
  expect(whyUnreadable('a.yaml', Object.assign(new Error(), { code: 'EACCES' }))).toBe(
    'a.yaml cannot be read (EACCES)',
  );
});
