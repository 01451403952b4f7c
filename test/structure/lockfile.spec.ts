import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { LockedPackage } from '../../tools/lockfile/complete.ts';
import { completeLockfile } from '../../tools/lockfile/complete.ts';

interface Lockfile {
  packages: Record<
    string,
    LockedPackage & { resolved?: string; link?: boolean; integrity?: string; hasInstallScript?: boolean }
  >;
}

const text = readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8');

describe('the lockfile', () => {
  it("names no download address, so that it serves every user's registry", () => {
    const { packages } = JSON.parse(text) as Lockfile;
    const addressed = Object.entries(packages).filter(([, { resolved, link }]) => resolved && !link);
    expect(addressed).toEqual([]);
  });

  it('says of every package from the registry what is in it', () => {
    const { packages } = JSON.parse(text) as Lockfile;
    const fetched = Object.entries(packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && !link,
    );
    expect(fetched.length).toBeGreaterThan(300);
    expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  });

  it('brings no package that tells others who installs what', () => {
    const { packages } = JSON.parse(text) as Lockfile;
    expect(packages['node_modules/@scarf/scarf']).toEqual({ resolved: 'tools/no-scarf', link: true });
  });

  it('names the packages of every platform, so that npm ci accepts it (`npm run lockfile` adds them)', () => {
    expect(completeLockfile(JSON.parse(text) as Lockfile)).toEqual([]);
  });

  it('brings no package with an install script that is neither allowed nor denied: npm would warn of it', () => {
    const { packages } = JSON.parse(text) as Lockfile;
    const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
    const { allowScripts } = JSON.parse(manifest) as { allowScripts: Record<string, boolean> };
    const names = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true ? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length) : [],
    );
    expect(names.filter((name) => !(name in allowScripts))).toEqual([]);
  });
});
