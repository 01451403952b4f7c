import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from '@jest/globals';
import { storesPipelines } from '../fixtures/store.conformance.ts';
import { openEmbeddedStore } from './embedded-store.ts';

describe('embedded', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  storesPipelines(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-store-'));
    folders.push(folder);
    return openEmbeddedStore(folder);
  });
});
