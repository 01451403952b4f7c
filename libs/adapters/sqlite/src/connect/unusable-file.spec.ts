import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freeBytes } from './disk-full-error.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { unusableFile } from './unusable-file.ts';

describe('what is at the path of a store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-unusable-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('can be used when it is a database, is empty, or is not there yet', async () => {
    const path = join(folder, 'fleet.db');
    expect(unusableFile(path)).toBeNull();
    await writeFile(path, '');
    expect(unusableFile(path)).toBeNull();
    const { DatabaseSync } = nodeSqlite();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE t (a)');
    db.close();
    expect(unusableFile(path)).toBeNull();
    expect(unusableFile(':memory:')).toBeNull();
  });

  it('cannot when it is another file or a folder, and the remedy is named', async () => {
    const path = join(folder, 'README.md');
    await writeFile(path, '# Read me, please');
    expect(unusableFile(path)).toBe(`${path} is not an SQLite database: name another file, or move it away`);
    expect(unusableFile(folder)).toBe(`${folder} is a folder: name a file in it`);
  });

  const itWithProc = process.platform === 'linux' ? it : it.skip;
  itWithProc('is not on a full disk where there is no disk', () => {
    expect(freeBytes('/proc/x')).toBeNull();
  });
});
