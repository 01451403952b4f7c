import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pipelinesAuthOptions } from './auth-options.ts';
import { PipelinesSettingsError } from './settings.ts';

it('An operator token that cannot be kept says where, and what to set', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spark-token-'));
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  try {
    for (const place of [file, join(file, 'below')]) {
      const read = () => pipelinesAuthOptions({ SPARK_PIPELINES_DIR: place });
      await expect(read).rejects.toThrow(PipelinesSettingsError);
      await expect(read).rejects.toThrow(/a-file.*SPARK_PIPELINES_DIR/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('An operator token in a file is taken, and none is made beside it, not even in production', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spark-token-'));
  const file = join(folder, 'given');
  writeFileSync(file, 'a-token-of-more-than-16\n');
  try {
    const environment = { SPARK_PIPELINES_DIR: join(folder, 'pipelines'), SPARK_OPERATOR_TOKEN_FILE: file };
    for (const NODE_ENV of ['development', 'production'])
      expect(await pipelinesAuthOptions({ ...environment, NODE_ENV })).toEqual({});
    expect(existsSync(environment.SPARK_PIPELINES_DIR)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
