import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pipelinesAuthOptions } from './auth-options.ts';
import { PipelinesSettingsError } from './settings.ts';

it('An operator token that cannot be kept says where, and what to set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spark-token-'));
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  try {
    for (const place of [file, join(file, 'below')]) {
      const read = () => pipelinesAuthOptions({ SPARK_PIPELINES_DIR: place });
      expect(read).toThrow(PipelinesSettingsError);
      expect(read).toThrow(/a-file.*SPARK_PIPELINES_DIR/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
