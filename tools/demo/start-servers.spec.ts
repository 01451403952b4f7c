import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { hasDatabases, startingWords } from './start-servers.ts';

it('RavenDB is named as a reason to wait only where it may have to create the databases', () => {
  expect(startingWords({ mayCreate: true })).toMatch(/half a minute if RavenDB has to create/);
  expect(startingWords({ mayCreate: false })).not.toContain('RavenDB');
});

it('The databases of an earlier run are there already', () => {
  const data = mkdtempSync(join(tmpdir(), 'spark-demo-'));
  expect(hasDatabases(data)).toBe(false);
  mkdirSync(join(data, 'ravendb', 'data', 'Databases'), { recursive: true });
  expect(hasDatabases(data)).toBe(true);
  rmSync(data, { recursive: true });
});
