import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseStore } from './choose-store.ts';

describe('the store of `npm start`', () => {
  it('is RavenDB, or the embedded one where none is available, when nothing is said', () => {
    const { ravendb, embedded } = chooseStore('', '/home/.spark', false);
    expect(ravendb).toBe('wanted');
    expect(embedded.fileOf('fleet')).toBe('/home/.spark/data/demo-sqlite/fleet.db');
  });

  it('is RavenDB and no other when it is asked for, or an address of it is given', () => {
    expect(chooseStore('ravendb', '/h', false).ravendb).toBe('required');
    expect(chooseStore('', '/h', true).ravendb).toBe('required');
  });

  it.each([
    ['sqlite:', '/h/data/demo-sqlite/hr.db', '/h/data/demo-sqlite'],
    ['sqlite:/data/demo', '/data/demo/hr.db', '/data/demo'],
    ['sqlite:/data/demo.db', '/data/demo-hr.db', '/data/demo-servers'],
  ])('is the embedded one with a file of each app for %s', (setting, file, servers) => {
    const { ravendb, embedded } = chooseStore(setting, '/h', true);
    expect(ravendb).toBe('left out');
    expect(embedded.fileOf('hr')).toBe(file);
    expect(embedded.servers).toBe(servers);
  });

  it('takes a folder for one regardless of what its name looks like', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark.store-'));
    expect(chooseStore(`sqlite:${folder}`, '/h', false).embedded.fileOf('hr')).toBe(join(folder, 'hr.db'));
    rmSync(folder, { recursive: true });
  });

  it('is refused in words when it is none', () => {
    expect(() => chooseStore('mongo', '/h', false)).toThrow(/Unknown store "mongo".*ravendb.*sqlite:/);
  });
});

it('A store that names another file is refused, rather than databases made beside it', () => {
  const other = import.meta.filename;
  expect(() => chooseStore(`sqlite:${other}`, '.spark', false)).toThrow(
    `SPARK_STORE cannot be used: ${other} is not an SQLite database`,
  );
});
