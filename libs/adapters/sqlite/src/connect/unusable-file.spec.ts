import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freeBytes } from './disk-full-error.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { unusableFile } from './unusable-file.ts';
import { describeFolder } from './unusable-folder.ts';

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

  it('can be used where its folder is missing and can be made', () => {
    expect(unusableFile(join(folder, 'a', 'b', 'fleet.db'))).toBeNull();
    expect(existsSync(join(folder, 'a', 'b'))).toBe(true);
  });

  // Root may write everywhere: what it is told is the decision below.
  const hasRights = process.getuid?.() === 0 || process.platform === 'win32';
  if (!hasRights)
    it('cannot when its folder is not writable, whether the file is there or not', async () => {
      const path = join(folder, 'fleet.db');
      await writeFile(path, '');
      await chmod(folder, 0o500);
      const refused = `the folder ${folder} is not writable for this process`;
      expect(unusableFile(path)).toContain(refused);
      expect(unusableFile(join(folder, 'other.db'))).toContain(refused);
      expect(unusableFile(join(folder, 'below', 'other.db'))).toContain(
        'is missing and cannot be created (EACCES)',
      );
      await chmod(folder, 0o700);
    });

  it('cannot when its folder is read-only; a disk that is full is waited for', () => {
    expect(describeFolder('/data', 'EROFS', false)).toMatch(/^the folder \/data is read-only: mount it/);
    expect(describeFolder('/data', 'EROFS', true)).toMatch(
      /is missing and cannot be created \(EROFS\): create it/,
    );
    expect(describeFolder('/data', 'EACCES', false)).toMatch(/is not writable .*: grant it access/);
    expect(describeFolder('/data', 'ENOSPC', true)).toBeNull();
  });

  const itWithProc = process.platform === 'linux' ? it : it.skip;
  itWithProc('cannot when its folder is missing and cannot be created, and the remedy is named', () => {
    expect(unusableFile('/proc/x/fleet.db')).toBe(
      'the folder /proc/x is missing and cannot be created (ENOENT): create it, writable for this process, or name a file in another folder',
    );
  });

  itWithProc('is not on a full disk where there is no disk', () => {
    expect(freeBytes('/proc/x')).toBeNull();
  });
});
