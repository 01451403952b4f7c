import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
/** The promise is ten seconds; a machine that is busy with tests gets three times as long. */
const WITHIN_MS = 30_000;

describe('the first pipeline of a newcomer', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-first-run-'));
    cpSync(join(ROOT, 'examples/pipelines'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it(
    'writes the records that pass to a file, and reports the outcome of all of them',
    async () => {
      const main = ['--conditions=@nestjs-spark/source', join(ROOT, 'tools/dataflow/main.ts')];
      const words = ['run', join(folder, 'adults.yaml'), '--once'];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...main, ...words], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, SPARK_DATA_DIR: join(folder, 'data') },
        timeout: WITHIN_MS,
      });
      expect(stdout + stderr).toContain('read 5, written 3, filtered 1, dead letters 1');
      const lines = readFileSync(join(folder, 'out/adults/1-0-0000000001.ndjson'), 'utf8')
        .trimEnd()
        .split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { name: string }).name).toSorted()).toEqual([
        'Ada',
        'Cleo',
        'Emil',
      ]);
    },
    WITHIN_MS + 5_000,
  );
});
