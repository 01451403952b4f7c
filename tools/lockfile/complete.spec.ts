import { describe, expect, it } from '@jest/globals';
import type { Lockfile } from './complete.ts';
import { completeLockfile, platformOf } from './complete.ts';

describe('completing a lockfile', () => {
  it('adds the platform packages that a registry did not serve, at the exact version asked for', () => {
    const lockfile: Lockfile = {
      packages: {
        'node_modules/core': {
          dev: true,
          optionalDependencies: { 'core-linux-x64-gnu': '1.2.3', 'core-darwin-arm64': '1.2.3' },
        },
        'node_modules/core-linux-x64-gnu': { version: '1.2.3' },
      },
    };
    expect(completeLockfile(lockfile)).toEqual(['core-darwin-arm64']);
    expect(lockfile.packages['node_modules/core-darwin-arm64']).toEqual({
      version: '1.2.3',
      os: ['darwin'],
      cpu: ['arm64'],
      dev: true,
      optional: true,
    });
    expect(completeLockfile(lockfile)).toEqual([]);
  });

  it('finds a package in the folders above its asker', () => {
    const optionalDependencies = { 'b-linux-x64-musl': '1.0.0' };
    const lockfile: Lockfile = {
      packages: {
        'node_modules/a/node_modules/b': { optionalDependencies },
        'node_modules/a/node_modules/b-linux-x64-musl': { version: '1.0.0' },
      },
    };
    expect(completeLockfile(lockfile)).toEqual([]);
  });

  it.each([
    ['@swc/core-linux-x64-gnu', { os: ['linux'], cpu: ['x64'], libc: ['glibc'] }],
    ['@oxlint/binding-linux-arm-musleabihf', { os: ['linux'], cpu: ['arm'], libc: ['musl'] }],
    ['@oxlint/binding-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
  ])('reads the platform of %s', (name, platform) => {
    expect(platformOf(name)).toEqual(platform);
  });

  it('says so when a name tells no platform', () => {
    expect(() => platformOf('fsevents')).toThrow('fsevents does not tell its platform');
  });
});
