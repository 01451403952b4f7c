import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from './open-file.ts';
import { writeBackup } from './write-backup.ts';

describe('A file of documents', () => {
  let folder: string;
  let umask: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-mode-'));
    umask = process.umask(0o022);
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true });
  });

  const modes = (): number[] => [
    ...new Set(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)),
  ];

  it('is readable by its owner alone, its log and its backup too', async () => {
    const path = join(folder, 'hr.db');
    const db = openFile(path, () => undefined);
    expect(readdirSync(folder).length).toBeGreaterThan(1);
    await writeBackup(db, path, join(folder, 'backup.db'));
    expect(modes()).toEqual([0o600]);
    db.close();
  });

  it('keeps the mode that somebody gave it', () => {
    const path = join(folder, 'hr.db');
    openFile(path, () => undefined).close();
    chmodSync(path, 0o640);
    openFile(path, () => undefined).close();
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
});
